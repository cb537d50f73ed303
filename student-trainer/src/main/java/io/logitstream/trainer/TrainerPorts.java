package io.logitstream.trainer;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.trainer.recovery.Compute;
import io.logitstream.trainer.recovery.TorchCompute;

/**
 * What a trainer touches of the world: a simulation may stand behind each.
 *
 * @param log where the log's clients come from
 * @param execution time, chance and threads
 * @param compute what the student is computed on
 */
public record TrainerPorts(ClientSource log, Execution execution, Compute.Starter compute) {
  /** Kafka over the network, the machine, and libtorch. */
  public static TrainerPorts production() {
    return new TrainerPorts(ClientSource.network(), Execution.system(), TorchCompute::start);
  }
}
