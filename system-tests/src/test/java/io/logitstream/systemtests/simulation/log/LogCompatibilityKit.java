package io.logitstream.systemtests.simulation.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.logitstream.platform.kafka.KafkaClients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the services rely on in a log. The simulated one and a real broker must both pass. */
@Timeout(120)
abstract class LogCompatibilityKit {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(1500);

  /** What is tested. */
  interface Log {
    /** Clients of it. */
    KafkaClients clients();

    /** A topic of the test's own, with two partitions. */
    String topic();

    /** Waits for something that comes by itself. */
    void await(BooleanSupplier condition);
  }

  /** A test. */
  @FunctionalInterface
  interface Body {
    void run(Log log) throws Exception;
  }

  /** Runs a test on a log. */
  abstract void on(Body body) throws Exception;

  @Test
  void readersOfCommittedRecordsStopAtAnOpenTransaction() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> producer = transactional(log, LONG)) {
            producer.initTransactions();
            commit(log, producer, "a");
            producer.beginTransaction();
            send(log, producer, "b");
            producer.flush();
            // The marker that ended the first transaction has taken offset 1.
            assertThat(end(log, true)).isEqualTo(2);
            assertThat(end(log, false)).isEqualTo(3);
            assertThat(read(log, true)).containsExactly("0 a");
            assertThat(read(log, false)).containsExactly("0 a", "2 b");
            producer.commitTransaction();
            log.await(() -> end(log, true) == 4);
            assertThat(read(log, true)).containsExactly("0 a", "2 b");
          }
        });
  }

  @Test
  void abortedRecordsAreSeenByReadersOfUncommittedOnesAlone() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> producer = transactional(log, LONG)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(log, producer, "a");
            producer.flush();
            producer.abortTransaction();
            commit(log, producer, "b");
            log.await(() -> end(log, true) == 4);
            assertThat(read(log, true)).containsExactly("2 b");
            assertThat(read(log, false)).containsExactly("0 a", "2 b");
          }
        });
  }

  @Test
  void aSuccessorEndsWhatItsPredecessorLeftOpenAndFencesIt() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> first = transactional(log, LONG);
              Producer<String, byte[]> second = transactional(log, LONG)) {
            first.initTransactions();
            first.beginTransaction();
            send(log, first, "a");
            first.flush();
            second.initTransactions();
            log.await(() -> end(log, true) == end(log, false));
            Throwable refusal = catchThrowable(first::commitTransaction);
            assertThat(refusal)
                .isInstanceOfAny(
                    ProducerFencedException.class, InvalidProducerEpochException.class);
            assertThat(read(log, true)).isEmpty();
            commit(log, second, "b");
            assertThat(read(log, true)).hasSize(1);
          }
        });
  }

  @Test
  void aProducerThatWasFencedBetweenTransactionsCannotWriteAnother() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> first = transactional(log, LONG);
              Producer<String, byte[]> second = transactional(log, LONG)) {
            first.initTransactions();
            commit(log, first, "a");
            second.initTransactions();
            first.beginTransaction();
            send(log, first, "b");
            first.flush();
            assertThat(causes(catchThrowable(first::commitTransaction)))
                .anyMatch(
                    cause ->
                        cause instanceof InvalidProducerEpochException
                            || cause instanceof ProducerFencedException);
            assertThat(read(log, true)).containsExactly("0 a");
          }
        });
  }

  @Test
  void aTransactionThatExpiredIsAbortedAndMayNotBeCommitted() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> producer = transactional(log, SHORT)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(log, producer, "a");
            producer.flush();
            log.await(() -> end(log, true) == end(log, false));
            assertThat(catchThrowable(producer::commitTransaction))
                .isInstanceOf(KafkaException.class);
            assertThat(read(log, true)).isEmpty();
          }
          try (Producer<String, byte[]> successor = transactional(log, LONG)) {
            successor.initTransactions();
            commit(log, successor, "b");
            assertThat(read(log, true)).hasSize(1);
          }
        });
  }

  @Test
  void theStepsOfATransactionHaveAnOrder() throws Exception {
    on(
        log -> {
          try (Producer<String, byte[]> producer = transactional(log, LONG)) {
            assertThatThrownBy(producer::beginTransaction)
                .isInstanceOf(IllegalStateException.class);
            producer.initTransactions();
            producer.beginTransaction();
            assertThatThrownBy(producer::beginTransaction)
                .isInstanceOf(IllegalStateException.class);
            producer.commitTransaction();
            assertThat(end(log, false)).isZero();
          }
        });
  }

  @Test
  void offsetsOfAGroupAreCommittedWithATransaction() throws Exception {
    on(
        log -> {
          TopicPartition partition = partition(log);
          try (Producer<String, byte[]> producer = transactional(log, LONG);
              Consumer<String, byte[]> consumer = consumer(log, true)) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3, "words")));
            Map<TopicPartition, OffsetAndMetadata> committed =
                consumer.committed(Set.of(partition, new TopicPartition(log.topic(), 1)));
            assertThat(committed).containsEntry(partition, new OffsetAndMetadata(3, "words"));
            assertThat(committed.get(new TopicPartition(log.topic(), 1))).isNull();
            try (Admin admin = log.clients().admin()) {
              assertThat(admin.listGroups().all().get())
                  .extracting(GroupListing::groupId)
                  .contains(log.topic());
              assertThat(
                      admin
                          .listConsumerGroupOffsets(log.topic())
                          .partitionsToOffsetAndMetadata()
                          .get())
                  .containsEntry(partition, new OffsetAndMetadata(3, "words"));
            }
          }
        });
  }

  @Test
  void offsetsOfATransactionAreWaitedForAndStandWhenItIsCommitted() throws Exception {
    on(
        log -> {
          TopicPartition partition = partition(log);
          try (Producer<String, byte[]> producer = transactional(log, LONG);
              Consumer<String, byte[]> consumer = impatient(log)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                Map.of(partition, new OffsetAndMetadata(7)),
                new ConsumerGroupMetadata(log.topic()));
            assertThatThrownBy(() -> consumer.committed(Set.of(partition)))
                .isInstanceOf(TimeoutException.class);
            producer.abortTransaction();
            assertThat(consumer.committed(Set.of(partition)).get(partition)).isNull();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                Map.of(partition, new OffsetAndMetadata(8)),
                new ConsumerGroupMetadata(log.topic()));
            producer.commitTransaction();
            assertThat(consumer.committed(Set.of(partition)))
                .containsEntry(partition, new OffsetAndMetadata(8));
          }
        });
  }

  @Test
  void membersShareThePartitionsAndTakeThoseOfOneThatLeaves() throws Exception {
    on(
        log -> {
          Held ofFirst = new Held();
          Held ofSecond = new Held();
          try (Consumer<String, byte[]> first = member(log, ofFirst, LONG)) {
            log.await(() -> ofFirst.after(first).size() == 2);
            try (Consumer<String, byte[]> second = member(log, ofSecond, LONG)) {
              awaitOneEach(log, first, ofFirst, second, ofSecond);
              assertThat(ofSecond.partitions).doesNotContainAnyElementsOf(ofFirst.partitions);
              assertThat(first.assignment()).isEqualTo(ofFirst.partitions);
              assertThat(first.groupMetadata().memberId())
                  .isNotEqualTo(second.groupMetadata().memberId());
              assertThat(ofFirst.lost + ofSecond.lost).isZero();
            }
            log.await(() -> ofFirst.after(first).size() == 2);
            assertThat(ofSecond.partitions).as("given up when it was closed").isEmpty();
          }
        });
  }

  @Test
  void aMemberThatTheGroupHasGivenUpMayNotCommitOffsetsAndIsToldOfItsLoss() throws Exception {
    on(
        log -> {
          Held ofSilent = new Held();
          Held ofOther = new Held();
          try (Producer<String, byte[]> producer = transactional(log, LONG);
              Consumer<String, byte[]> silent = member(log, ofSilent, SHORT);
              Consumer<String, byte[]> other = member(log, ofOther, LONG)) {
            producer.initTransactions();
            awaitOneEach(log, silent, ofSilent, other, ofOther);
            TopicPartition held = ofSilent.partitions.iterator().next();
            Map<TopicPartition, OffsetAndMetadata> next =
                Map.of(held, new OffsetAndMetadata(0, "first"));
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(next, silent.groupMetadata());
            producer.commitTransaction();
            // It polls no more: the other one gets its partition.
            log.await(() -> ofOther.after(other).size() == 2);
            producer.beginTransaction();
            send(log, producer, "a");
            assertThatThrownBy(
                    () ->
                        producer.sendOffsetsToTransaction(
                            Map.of(held, new OffsetAndMetadata(0, "refused")),
                            silent.groupMetadata()))
                .isInstanceOf(CommitFailedException.class);
            producer.abortTransaction();
            assertThat(other.committed(Set.of(held))).isEqualTo(next);
            // Nobody looks at a group's offsets for one that names no member.
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                Map.of(held, new OffsetAndMetadata(0, "unnamed")),
                new ConsumerGroupMetadata(log.topic()));
            producer.commitTransaction();
            log.await(
                () ->
                    other
                        .committed(Set.of(held))
                        .equals(Map.of(held, new OffsetAndMetadata(0, "unnamed"))));
            log.await(
                () -> {
                  ofOther.after(other);
                  ofSilent.after(silent);
                  return ofSilent.lost == 1;
                });
          }
        });
  }

  /** Waits until two members of one generation have a partition each. */
  private static void awaitOneEach(
      Log log,
      Consumer<String, byte[]> first,
      Held ofFirst,
      Consumer<String, byte[]> second,
      Held ofSecond) {
    log.await(
        () ->
            ofFirst.after(first).size() + ofSecond.after(second).size() == 2
                && ofSecond.partitions.size() == 1
                && first.groupMetadata().generationId() == second.groupMetadata().generationId());
  }

  /** What a member of a group was given, by what its listener was told. */
  private static final class Held implements ConsumerRebalanceListener {
    private final Set<TopicPartition> partitions = new HashSet<>();
    private int lost;

    /** What it has after one more poll. */
    Set<TopicPartition> after(Consumer<String, byte[]> consumer) {
      consumer.poll(POLL);
      return partitions;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      partitions.addAll(assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      partitions.removeAll(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      partitions.removeAll(gone);
      lost++;
    }
  }

  /**
   * A member of the group.
   *
   * @param maxPollInterval how long it may be silent
   */
  private static Consumer<String, byte[]> member(Log log, Held held, Duration maxPollInterval) {
    Consumer<String, byte[]> consumer =
        log.clients()
            .consumer(
                Map.of(
                    "group.id",
                    log.topic(),
                    "auto.offset.reset",
                    "earliest",
                    "partition.assignment.strategy",
                    CooperativeStickyAssignor.class.getName(),
                    "session.timeout.ms",
                    6_000,
                    "heartbeat.interval.ms",
                    100,
                    "max.poll.interval.ms",
                    Math.toIntExact(maxPollInterval.toMillis())));
    consumer.subscribe(List.of(log.topic()), held);
    return consumer;
  }

  private static Consumer<String, byte[]> impatient(Log log) {
    return log.clients()
        .consumer(
            Map.of("group.id", log.topic(), "default.api.timeout.ms", (int) SHORT.toMillis()));
  }

  @Test
  void aConsumerReadsInOrderFromWhereItWasPut() throws Exception {
    on(
        log -> {
          TopicPartition partition = partition(log);
          try (Producer<String, byte[]> producer = log.clients().producer(Map.of());
              Consumer<String, byte[]> consumer = consumer(log, true)) {
            assertThat(send(log, producer, "a")).isZero();
            assertThat(send(log, producer, "b")).isEqualTo(1);
            assertThat(send(log, producer, null)).isEqualTo(2);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 1);
            assertThat(read(log, consumer, partition, 3)).containsExactly("1 b", "2 null");
            assertThat(consumer.position(partition)).isEqualTo(3);
            consumer.seekToBeginning(List.of(partition));
            consumer.pause(List.of(partition));
            assertThat(consumer.poll(POLL).isEmpty()).isTrue();
            consumer.resume(List.of(partition));
            assertThat(read(log, consumer, partition, 3)).hasSize(3);
            assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
            assertThat(consumer.partitionsFor(log.topic())).hasSize(2);
          }
        });
  }

  @Test
  void aPositionThatIsNotThereIsToldOf() throws Exception {
    on(
        log -> {
          TopicPartition partition = partition(log);
          try (Consumer<String, byte[]> consumer = consumer(log, true)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 100);
            assertThatThrownBy(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        consumer.poll(POLL);
                      }
                    })
                .isInstanceOfSatisfying(
                    OffsetOutOfRangeException.class,
                    failure ->
                        assertThat(failure.offsetOutOfRangePartitions())
                            .containsEntry(partition, 100L));
          }
        });
  }

  @Test
  void aWakeupEndsTheNextPoll() throws Exception {
    on(
        log -> {
          try (Consumer<String, byte[]> consumer = consumer(log, true)) {
            consumer.assign(List.of(partition(log)));
            consumer.seekToBeginning(List.of(partition(log)));
            consumer.wakeup();
            assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(WakeupException.class);
            assertThat(consumer.poll(POLL).isEmpty()).isTrue();
          }
        });
  }

  @Test
  void aClosedConsumerIsOfNoUse() throws Exception {
    on(
        log -> {
          Consumer<String, byte[]> consumer = consumer(log, true);
          List<TopicPartition> partitions = List.of(partition(log));
          consumer.assign(partitions);
          consumer.close();
          assertThatThrownBy(() -> consumer.poll(POLL)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> consumer.beginningOffsets(partitions))
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> consumer.position(partitions.get(0)))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  void topicsAreDescribedWithTheirIds() throws Exception {
    on(
        log -> {
          try (Admin admin = log.clients().admin()) {
            TopicDescription described = described(admin, log.topic());
            assertThat(described.partitions()).hasSize(2);
            assertThat(described.topicId()).isNotNull();
            assertThatThrownBy(() -> described(admin, "none"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
          }
        });
  }

  private static TopicDescription described(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    return Objects.requireNonNull(
            admin.describeTopics(List.of(topic)).topicNameValues().get(topic), topic)
        .get();
  }

  private static List<Throwable> causes(@Nullable Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  private static TopicPartition partition(Log log) {
    return new TopicPartition(log.topic(), 0);
  }

  private static Producer<String, byte[]> transactional(Log log, Duration timeout) {
    return log.clients().transactionalProducer(log.topic(), timeout, Map.of());
  }

  private static Consumer<String, byte[]> consumer(Log log, boolean committedOnly) {
    return log.clients()
        .consumer(
            Map.of(
                "group.id",
                log.topic(),
                "isolation.level",
                committedOnly ? "read_committed" : "read_uncommitted"));
  }

  private static void commit(Log log, Producer<String, byte[]> producer, String value)
      throws ExecutionException, InterruptedException {
    producer.beginTransaction();
    send(log, producer, value);
    producer.commitTransaction();
    // Markers are written a moment after the commit was answered.
    log.await(() -> end(log, true) == end(log, false));
  }

  private static long send(Log log, Producer<String, byte[]> producer, @Nullable String value)
      throws ExecutionException, InterruptedException {
    var sent =
        producer.send(
            new ProducerRecord<>(
                log.topic(),
                0,
                "key",
                value == null ? null : value.getBytes(StandardCharsets.UTF_8)));
    try {
      return sent.get().offset();
    } catch (ExecutionException e) {
      // Of a transaction: the commit tells of it too.
      return -1;
    }
  }

  private static long end(Log log, boolean committedOnly) {
    try (Consumer<String, byte[]> consumer = consumer(log, committedOnly)) {
      return consumer.endOffsets(List.of(partition(log))).getOrDefault(partition(log), -1L);
    }
  }

  private static List<String> read(Log log, boolean committedOnly) {
    try (Consumer<String, byte[]> consumer = consumer(log, committedOnly)) {
      consumer.assign(List.of(partition(log)));
      consumer.seekToBeginning(List.of(partition(log)));
      return read(log, consumer, partition(log), end(log, committedOnly));
    }
  }

  private static List<String> read(
      Log log, Consumer<String, byte[]> consumer, TopicPartition partition, long end) {
    List<String> values = new ArrayList<>();
    log.await(
        () -> {
          for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            values.add(
                record.offset()
                    + " "
                    + (record.value() == null
                        ? "null"
                        : new String(record.value(), StandardCharsets.UTF_8)));
          }
          return consumer.position(partition) >= end;
        });
    return values;
  }
}
