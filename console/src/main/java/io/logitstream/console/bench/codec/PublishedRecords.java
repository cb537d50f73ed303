package io.logitstream.console.bench.codec;

import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.TeacherLogits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * The records of a topic, read back and decoded.
 *
 * @param records in the order of the topic
 * @param logits what they hold
 * @param positions positions with a distribution or, of labels, all of them
 * @param recordBytes bytes of all keys and values
 * @param payloadBytes bytes of the payloads in the values
 * @param logBytes bytes of the topic's log, batches and their frames
 */
record PublishedRecords(
    List<TeacherLogits> records,
    List<SparseLogits> logits,
    long positions,
    long recordBytes,
    long payloadBytes,
    long logBytes) {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LONGEST_SILENCE_NANOS = Duration.ofSeconds(60).toNanos();

  /**
   * Reads a topic to its end.
   *
   * @throws LogitstreamException CONFIGURATION if it is not there or empty
   */
  static PublishedRecords read(KafkaClients clients, String topic, PriorCodecs priors) {
    List<TeacherLogits> records = new ArrayList<>();
    List<SparseLogits> logits = new ArrayList<>();
    long[] sums = new long[3];
    long logBytes;
    try (Admin admin = clients.admin()) {
      Topics.identity(admin, topic);
      logBytes = logBytes(admin, topic);
    }
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of());
        RecordDeserializer<TeacherLogits> deserializer =
            new RecordDeserializer<>(clients.settings(), TeacherLogits.class)) {
      for (ConsumerRecord<String, byte[]> read : readAll(consumer, topic)) {
        TeacherLogits record = deserializer.deserialize(topic, read.value());
        SparseLogits decoded = TeacherLogitsRecords.decode(record, 1 << 20, priors);
        records.add(record);
        logits.add(decoded);
        sums[0] += record.getTokenCount() - 1;
        sums[1] += read.key().getBytes(StandardCharsets.UTF_8).length + read.value().length;
        sums[2] += record.getPayload().remaining();
      }
    }
    if (records.isEmpty()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "topic %s is empty: publish the records first, with --publish".formatted(topic));
    }
    return new PublishedRecords(records, logits, sums[0], sums[1], sums[2], logBytes);
  }

  private static List<ConsumerRecord<String, byte[]>> readAll(
      Consumer<String, byte[]> consumer, String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
    long progressNanos = System.nanoTime();
    while (consumer.position(partition) < end) {
      long before = consumer.position(partition);
      consumer.poll(POLL).forEach(all::add);
      if (consumer.position(partition) > before) {
        progressNanos = System.nanoTime();
      } else if (System.nanoTime() - progressNanos > LONGEST_SILENCE_NANOS) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE, "nothing arrived from %s at %d".formatted(partition, before));
      }
    }
    return all;
  }

  /** Bytes of one copy of the topic. */
  private static long logBytes(Admin admin, String topic) {
    Collection<Node> nodes =
        Futures.await(admin.describeCluster().nodes(), "find the cluster's brokers");
    Map<Integer, Map<String, LogDirDescription>> directories =
        Futures.await(
            admin.describeLogDirs(nodes.stream().map(Node::id).toList()).allDescriptions(),
            "describe the brokers' logs");
    return directories.values().stream()
        .flatMap(broker -> broker.values().stream())
        .flatMap(directory -> directory.replicaInfos().entrySet().stream())
        .filter(replica -> replica.getKey().topic().equals(topic))
        .mapToLong(replica -> replica.getValue().size())
        .max()
        .orElse(0);
  }

  /** Bytes a token, keys and all of the values included. */
  double bytesPerToken() {
    return (double) recordBytes / positions;
  }

  /** Bytes a token of payloads alone. */
  double payloadBytesPerToken() {
    return (double) payloadBytes / positions;
  }

  /** Bytes a token of the log, Kafka's framing included. */
  double logBytesPerToken() {
    return (double) logBytes / positions;
  }
}
