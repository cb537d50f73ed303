package io.logitstream.lineage.erasure;

import io.logitstream.lineage.query.TrainingFacts.Pinned;
import java.util.List;

/**
 * What forgetting prompts means: which records go and how, which checkpoints were trained on them,
 * and what a replay without them passes over.
 *
 * @param prompts the prompts that are forgotten
 * @param unknown those asked for that the index does not know
 * @param removals their records, dead letters included
 * @param trained the checkpoints, by run
 * @param passOver records of teacher-logits that a replay must not train on
 * @param notYetScored prompts that a teacher may still score, because it read or will read them
 *     before the tombstone: forget them again later
 * @param evaluationSets evaluation sets that hold them: their runs cannot evaluate them again
 */
public record ErasurePlan(
    List<String> prompts,
    List<String> unknown,
    List<Removal> removals,
    List<TrainedCheckpoints> trained,
    List<PassOver> passOver,
    List<String> notYetScored,
    List<Pinned> evaluationSets) {
  /**
   * A record to pass over, as {@code train --skip PARTITION@OFFSET} names it.
   *
   * @param topic full name of the topic
   * @param topicId Kafka's id of the topic
   */
  public record PassOver(String topic, String topicId, int partition, long offset) {
    @Override
    public String toString() {
      return partition + "@" + offset;
    }
  }

  public ErasurePlan {
    prompts = List.copyOf(prompts);
    unknown = List.copyOf(unknown);
    removals = List.copyOf(removals);
    trained = List.copyOf(trained);
    passOver = List.copyOf(passOver);
    notYetScored = List.copyOf(notYetScored);
    evaluationSets = List.copyOf(evaluationSets);
  }

  /** The records that a tombstone removes. */
  public List<Removal> tombstones() {
    return removals.stream().filter(removal -> removal.means() == Removal.Means.TOMBSTONE).toList();
  }
}
