package io.logitstream.lineage.query;

/**
 * The place of a record.
 *
 * @param topicId Kafka's id of the topic: a topic created anew is another
 */
public record RecordPosition(String topicId, int partition, long offset) {}
