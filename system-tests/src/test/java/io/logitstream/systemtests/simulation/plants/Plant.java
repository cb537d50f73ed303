package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import io.logitstream.trainer.recovery.Compute;

/**
 * A mistake that is planted between a service and its ports: the log hears, and the service makes
 * of what it says, what it would with a service that has the mistake.
 */
public interface Plant {
  /** No mistake. */
  Plant NONE =
      new Plant() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public String mistake() {
          return "nothing is planted";
        }
      };

  /** Its name on the command line. */
  String name();

  /** What is wrong. */
  String mistake();

  /** The clients of a trainer's or a follower's process. */
  default ClientSource clients(SimulatedClients clients) {
    return clients;
  }

  /** The clients of a teacher's process. */
  default ClientSource teacherClients(SimulatedClients clients) {
    return clients;
  }

  /** The clock and threads of a service's process. */
  default Execution execution(Execution execution) {
    return execution;
  }

  /** What a trainer computes on. */
  default Compute compute(Compute compute) {
    return compute;
  }
}
