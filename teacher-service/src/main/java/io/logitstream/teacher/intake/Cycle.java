package io.logitstream.teacher.intake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The prompts of one transaction.
 *
 * @param topicId the id of the topic that they were read from
 * @param prompts in the order of their offsets within each partition, without gaps
 */
public record Cycle(Uuid topicId, List<PreparedPrompt> prompts) {
  public Cycle {
    prompts = List.copyOf(prompts);
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return prompts.isEmpty();
  }

  /** The prompts to score. */
  public List<PreparedPrompt.Scorable> scorable() {
    return prompts.stream()
        .filter(PreparedPrompt.Scorable.class::isInstance)
        .map(PreparedPrompt.Scorable.class::cast)
        .toList();
  }

  /** The records for the dead letters. */
  public List<PreparedPrompt.Condemned> condemned() {
    return prompts.stream()
        .filter(PreparedPrompt.Condemned.class::isInstance)
        .map(PreparedPrompt.Condemned.class::cast)
        .toList();
  }

  /**
   * The next offset of each partition once the cycle is committed. With them goes the topic's id:
   * after it was created again, they mean nothing.
   */
  public Map<TopicPartition, OffsetAndMetadata> nextOffsets() {
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    for (PreparedPrompt prompt : prompts) {
      ConsumerRecord<String, byte[]> read = prompt.read();
      next.put(
          new TopicPartition(read.topic(), read.partition()),
          new OffsetAndMetadata(read.offset() + 1, read.leaderEpoch(), topicId.toString()));
    }
    return next;
  }
}
