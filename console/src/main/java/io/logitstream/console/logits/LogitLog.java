package io.logitstream.console.logits;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A topic of teacher logits, read from its beginning to where it ended when it was opened. */
public final class LogitLog {
  /** The most tokens of a record that are accepted. */
  static final int MAX_TOKENS = 1 << 24;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LONGEST_SILENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final KafkaClients clients;
  private final String topic;

  /**
   * @param topic teacher-logits or evaluation-logits of the pipeline, or any topic's whole name
   */
  public LogitLog(KafkaClients clients, String topic) {
    this.clients = clients;
    this.topic =
        Stream.of(Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS)
            .filter(known -> known.named("").equals(topic))
            .findFirst()
            .map(known -> known.named(clients.settings().topicPrefix()))
            .orElse(topic);
  }

  /** Receives records. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes a record, and what it was read from. */
    void accept(ConsumerRecord<String, byte[]> read, TeacherLogits record);
  }

  /** The topic's whole name. */
  public String topic() {
    return topic;
  }

  /** How many partitions it has. */
  public int partitions() {
    try (Admin admin = clients.admin()) {
      return Topics.identity(admin, topic).partitions();
    }
  }

  /**
   * Visits records, partition by partition in the order of their offsets. Tombstones are passed
   * over, and so is what they erase, compacted or not.
   *
   * @param most the most records that are visited
   * @throws LogitstreamException with the kind of the failure
   */
  public void forEach(long most, Visitor visitor) {
    long left = most;
    for (int partition = 0, count = partitions(); partition < count && left > 0; partition++) {
      Map<String, Long> erased = tombstones(partition);
      left -=
          visit(
              partition,
              0,
              left,
              read -> erased.getOrDefault(read.key(), -1L) > read.offset(),
              visitor);
    }
  }

  /** The last tombstone of each key that has one. */
  private Map<String, Long> tombstones(int partition) {
    Map<String, Long> offsets = new HashMap<>();
    scan(
        partition,
        0,
        read -> {
          if (read.value() == null && read.key() != null) {
            offsets.put(read.key(), read.offset());
          }
          return true;
        });
    return offsets;
  }

  /**
   * Visits the first records from an offset on.
   *
   * @return how many were visited
   */
  public long visit(int partition, long offset, long most, Visitor visitor) {
    return visit(partition, offset, most, read -> false, visitor);
  }

  private long visit(
      int partition,
      long offset,
      long most,
      Predicate<ConsumerRecord<String, byte[]>> isErased,
      Visitor visitor) {
    AtomicLong visited = new AtomicLong();
    try (RecordDeserializer<TeacherLogits> deserializer =
        new RecordDeserializer<>(clients.settings(), TeacherLogits.class)) {
      scan(
          partition,
          offset,
          read -> {
            if (read.value() != null && !isErased.test(read)) {
              visitor.accept(read, deserializer.deserialize(topic, read.value()));
              visited.incrementAndGet();
            }
            return visited.get() < most;
          });
    }
    return visited.get();
  }

  /** Reads on from an offset to the present end, while more is wanted. */
  private void scan(
      int partition, long offset, Predicate<ConsumerRecord<String, byte[]>> wantsMore) {
    TopicPartition at = new TopicPartition(topic, partition);
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      consumer.assign(List.of(at));
      long begin = consumer.beginningOffsets(List.of(at)).getOrDefault(at, 0L);
      long end = consumer.endOffsets(List.of(at)).getOrDefault(at, 0L);
      consumer.seek(at, Math.max(begin, offset));
      long progressNanos = System.nanoTime();
      while (consumer.position(at) < end) {
        long before = consumer.position(at);
        for (ConsumerRecord<String, byte[]> read : consumer.poll(POLL).records(at)) {
          if (read.offset() >= end || !wantsMore.test(read)) {
            return;
          }
        }
        if (consumer.position(at) > before) {
          progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > LONGEST_SILENCE_NANOS) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "nothing arrived from %s at %d for a minute".formatted(at, before));
        }
      }
    }
  }
}
