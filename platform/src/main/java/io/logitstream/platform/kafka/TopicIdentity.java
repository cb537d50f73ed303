package io.logitstream.platform.kafka;

import org.apache.kafka.common.Uuid;

/**
 * A topic as it stands on the broker.
 *
 * @param name the full name
 * @param id Kafka's id: a topic that was deleted and created again has another
 * @param partitions number of partitions
 */
public record TopicIdentity(String name, Uuid id, int partitions) {}
