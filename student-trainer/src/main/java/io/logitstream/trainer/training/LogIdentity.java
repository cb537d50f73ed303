package io.logitstream.trainer.training;

import io.logitstream.platform.kafka.TopicIdentity;

/**
 * The log that a cursor reads, as ledger entries name it.
 *
 * @param cursor the cursor's name
 * @param topic the topic as the run knows it
 */
public record LogIdentity(String cursor, TopicIdentity topic) {
  /** The topic's id as text. */
  public String topicId() {
    return topic.id().toString();
  }
}
