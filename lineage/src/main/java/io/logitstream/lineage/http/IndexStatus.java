package io.logitstream.lineage.http;

/**
 * How the index stands.
 *
 * @param state the state of Kafka Streams in the instance that was asked, such as RUNNING
 * @param instances instances that share the index
 * @param recordsBehind committed records of all topics that the index has not committed yet; -1
 *     before the first count
 */
public record IndexStatus(String state, int instances, long recordsBehind) {}
