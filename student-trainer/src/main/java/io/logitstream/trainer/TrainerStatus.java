package io.logitstream.trainer;

import io.logitstream.platform.health.PartitionStanding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a trainer stands, for people.
 *
 * @param run the run
 * @param phase what it is doing: starting, waiting, training or ended
 * @param partitions where the run stands in each partition of teacher-logits
 * @param step the newest step; null before the first of this process
 * @param checkpoint the run's newest checkpoint; null while none is known
 * @param tokens tokens trained on since the process started
 * @param tokensPerSecond of the loop, waits included
 * @param waitShare share of the loop's time that it waited for data, from 0 to 1
 * @param deadLetters records condemned since the process started
 * @param heldOut the newest evaluation by domain
 */
public record TrainerStatus(
    String run,
    String phase,
    List<PartitionStanding> partitions,
    @Nullable Long step,
    @Nullable Checkpoint checkpoint,
    long tokens,
    double tokensPerSecond,
    double waitShare,
    long deadLetters,
    Map<String, HeldOut> heldOut) {
  public TrainerStatus {
    partitions = List.copyOf(partitions);
    heldOut = Map.copyOf(heldOut);
  }

  /**
   * A checkpoint that stands.
   *
   * @param id RUN/SEQUENCE
   * @param step its step
   * @param createdAt when it was made, in ISO 8601
   * @param verdict the gate's, in lower case
   */
  public record Checkpoint(String id, long step, String createdAt, String verdict) {}

  /**
   * An evaluation.
   *
   * @param acceptance teacher-forced acceptance; null where the encoding does not tell
   * @param forwardKl in nats; null where the encoding does not tell
   */
  public record HeldOut(@Nullable Double acceptance, @Nullable Double forwardKl) {}
}
