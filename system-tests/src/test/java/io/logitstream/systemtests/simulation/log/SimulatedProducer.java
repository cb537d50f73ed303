package io.logitstream.systemtests.simulation.log;

import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent producer of the simulated log, of transactions where its settings name a
 * transactional id. Records travel on their own; a process that dies may leave some on their way.
 */
final class SimulatedProducer implements Producer<String, byte[]> {
  /** How long Kafka's coordinator may take to see that a transaction has expired. */
  private static final long EXPIRY_SCAN_NANOS = Duration.ofSeconds(1).toNanos();

  private final Network network;
  private final Scheduler scheduler;
  private final SimulatedBroker broker;
  private final SimulatedProcess process;
  private final @Nullable String transactionalId;
  private final long maxBlockNanos;
  private final long deliveryNanos;
  private final long transactionNanos;
  private final Deque<Sending> queue = new ArrayDeque<>();
  private final Map<TopicPartition, Integer> sequences = new HashMap<>();
  private State state;
  private @Nullable RuntimeException lastError;
  private long producerId;
  private int epoch;
  private long unanswered;
  private long latestArrivalNanos;
  private boolean delivering;
  private boolean joined;
  private boolean closed;

  private enum State {
    UNINITIALISED,
    READY,
    IN_TRANSACTION,
    COMMIT_UNANSWERED,
    ABORTABLE_ERROR,
    FATAL_ERROR
  }

  SimulatedProducer(
      Network network,
      SimulatedBroker broker,
      SimulatedProcess process,
      Map<String, Object> config) {
    this.network = network;
    this.scheduler = network.scheduler();
    this.broker = broker;
    this.process = process;
    this.transactionalId = (String) config.get("transactional.id");
    this.maxBlockNanos = nanos(config, "max.block.ms", 60_000);
    this.deliveryNanos = nanos(config, "delivery.timeout.ms", 120_000);
    this.transactionNanos = nanos(config, "transaction.timeout.ms", 60_000);
    this.state = transactionalId == null ? State.READY : State.UNINITIALISED;
    this.producerId = transactionalId == null ? broker.newProducerId() : -1;
  }

  static long nanos(Map<String, Object> config, String name, long otherwiseMs) {
    Object value = config.get(name);
    return Duration.ofMillis(value == null ? otherwiseMs : Long.parseLong(value.toString()))
        .toNanos();
  }

  @Override
  public void initTransactions() {
    String id = requireId();
    if (state != State.UNINITIALISED) {
      throw new IllegalStateException("initTransactions in state " + state);
    }
    Transactions.Identity identity =
        network.promptRequest(
            "initTransactions",
            maxBlockNanos,
            () -> broker.transactions().initialise(id, process.name()));
    producerId = identity.producerId();
    renew(identity.epoch());
    state = State.READY;
  }

  @Override
  public void beginTransaction() {
    requireId();
    throwIfFailed();
    require(State.READY, "beginTransaction");
    state = State.IN_TRANSACTION;
    joined = false;
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    String id = requireId();
    throwIfFailed();
    require(State.IN_TRANSACTION, "sendOffsetsToTransaction");
    int sentEpoch = epoch;
    // Whether it arrives or not: an abort is told to the broker from now on.
    joined = true;
    try {
      network.request(
          "sendOffsetsToTransaction",
          maxBlockNanos,
          () -> {
            expireLater(broker.transactions().joinOffsets(id, sentEpoch));
            broker
                .groups()
                .checkCommit(group.groupId(), group.memberId(), group.generationId(), true);
            broker.transactions().addOffsets(id, sentEpoch, group.groupId(), offsets);
            return id;
          });
    } catch (UnknownMemberIdException | IllegalGenerationException e) {
      throw abortable(
          new CommitFailedException(
              "Transaction offset Commit failed due to consumer group metadata mismatch: "
                  + e.getMessage()));
    } catch (InvalidProducerEpochException e) {
      throw abortable(e);
    } catch (ApiException e) {
      abortable(e);
      throw e;
    }
  }

  @Override
  public void commitTransaction() {
    String id = requireId();
    throwIfFailed();
    if (state != State.COMMIT_UNANSWERED) {
      require(State.IN_TRANSACTION, "commitTransaction");
      flush();
      throwIfFailed();
      if (!joined) {
        state = State.READY;
        return;
      }
    }
    state = State.COMMIT_UNANSWERED;
    end("commitTransaction", id, epoch, true);
  }

  @Override
  public void abortTransaction() {
    String id = requireId();
    if (state == State.FATAL_ERROR) {
      throwIfFailed();
    }
    if (state != State.IN_TRANSACTION && state != State.ABORTABLE_ERROR) {
      throw new IllegalStateException("abortTransaction in state " + state);
    }
    takeQueued().forEach(sending -> sending.failed(new KafkaException("aborted")));
    if (!joined) {
      // The broker has heard nothing of it: there is nothing to end.
      lastError = null;
      state = State.READY;
      return;
    }
    end("abortTransaction", id, epoch, false);
    lastError = null;
  }

  /** What arrives late must be of the epoch in which it was asked: that is an argument. */
  private void end(String what, String id, int endedEpoch, boolean commit) {
    try {
      renew(
          network.request(
              what,
              maxBlockNanos,
              () -> broker.transactions().end(id, endedEpoch, commit, process.name())));
      state = State.READY;
    } catch (ProducerFencedException | InvalidTxnStateException e) {
      state = State.FATAL_ERROR;
      lastError = e;
      throw e;
    }
  }

  private void renew(int newEpoch) {
    epoch = newEpoch;
    sequences.clear();
    joined = false;
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    return send(record, null);
  }

  @Override
  public Future<RecordMetadata> send(
      ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
    if (closed) {
      throw new IllegalStateException("the producer is closed");
    }
    throwIfFailed();
    if (transactionalId != null) {
      require(State.IN_TRANSACTION, "send");
    }
    scheduler.point("send to " + record.topic());
    Sending sending =
        new Sending(
            scheduler, record, partition(record), callback, scheduler.nowNanos() + deliveryNanos);
    number(sending);
    queue.add(sending);
    unanswered++;
    deliverLater(network.latencyNanos());
    return sending;
  }

  private TopicPartition partition(ProducerRecord<String, byte[]> record) {
    Integer partition = record.partition();
    int count = broker.partitions(record.topic());
    if (partition == null) {
      String key = record.key();
      partition =
          key == null
              ? 0
              : Utils.toPositive(
                      Utils.murmur2(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                  % count;
    }
    return new TopicPartition(record.topic(), partition);
  }

  private void number(Sending sending) {
    int sequence = sequences.merge(sending.partition(), 1, Integer::sum) - 1;
    sending.numbered(epoch, sequence);
  }

  private void deliverLater(long delayNanos) {
    if (!delivering) {
      delivering = true;
      scheduler.after(delayNanos, this::deliver);
    }
  }

  /** The oldest record arrives, or does not. In the order of sending: that is what Kafka keeps. */
  private void deliver() {
    delivering = false;
    Sending sending = queue.peek();
    if (sending == null) {
      return;
    }
    if (process.isDead() && network.random().nextBoolean()) {
      queue.clear();
      return;
    }
    if (process.isPausedAt(scheduler.nowNanos())) {
      deliverLater(Duration.ofMillis(50).toNanos());
      return;
    }
    if (scheduler.nowNanos() >= sending.expiryNanos()) {
      expire();
      return;
    }
    Network.Fate fate = network.fate();
    if (fate == Network.Fate.LOST) {
      deliverLater(deliveryNanos / 3);
      return;
    }
    try {
      long offset = append(sending);
      if (fate != Network.Fate.ANSWERED) {
        // The client does not know: it sends again, and the broker knows the sequence number.
        deliverLater(deliveryNanos / 3);
        return;
      }
      queue.remove();
      answerLater(() -> sending.acknowledged(offset));
    } catch (InvalidProducerEpochException e) {
      queue.remove();
      answerLater(
          () -> {
            sending.failed(e);
            if (transactionalId != null && sending.epoch() == epoch) {
              abortable(e);
            }
          });
    }
    if (!queue.isEmpty()) {
      deliverLater(network.latencyNanos());
    }
  }

  private long append(Sending sending) {
    String id = transactionalId;
    if (id != null) {
      Long begun = broker.transactions().join(id, sending.epoch(), sending.partition());
      joined = true;
      expireLater(begun);
    }
    ProducerRecord<String, byte[]> record = sending.record();
    return broker
        .partition(sending.partition())
        .append(
            producerId,
            sending.epoch(),
            sending.sequence(),
            id != null,
            record.key(),
            record.value(),
            record.headers(),
            broker.nowMs(),
            process.name());
  }

  private void expireLater(@Nullable Long begun) {
    String id = transactionalId;
    if (begun != null && id != null) {
      long scan = network.random().nextLong(EXPIRY_SCAN_NANOS);
      scheduler.after(transactionNanos + scan, () -> broker.transactions().expire(id, begun));
    }
  }

  /** Answers come in order. */
  private void answerLater(Runnable answer) {
    latestArrivalNanos =
        Math.max(latestArrivalNanos, scheduler.nowNanos() + network.latencyNanos());
    scheduler.at(
        latestArrivalNanos,
        () -> {
          unanswered--;
          answer.run();
        });
  }

  /** What could not be delivered in time fails; what comes after begins a new epoch. */
  private void expire() {
    TimeoutException late = new TimeoutException("a record was not delivered in time");
    List<Sending> expired = takeQueued();
    if (transactionalId != null) {
      abortable(late);
    } else {
      epoch++;
      sequences.clear();
    }
    expired.forEach(sending -> sending.failed(late));
  }

  /** Gives up what was not delivered; its sequence numbers are those of what is sent next. */
  private List<Sending> takeQueued() {
    List<Sending> taken = List.copyOf(queue);
    queue.clear();
    unanswered -= taken.size();
    taken.forEach(sending -> sequences.merge(sending.partition(), sending.sequence(), Math::min));
    return taken;
  }

  @Override
  public void flush() {
    scheduler.point("flush");
    scheduler.await(() -> unanswered == 0, Scheduler.NEVER);
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic) {
    return SimulatedConsumer.partitionInfos(broker, topic);
  }

  @Override
  public void close() {
    close(Duration.ofDays(1));
  }

  @Override
  public void close(Duration timeout) {
    closed = true;
    if (transactionalId == null || state == State.IN_TRANSACTION) {
      scheduler.await(() -> unanswered == 0, scheduler.nowNanos() + timeout.toNanos());
    }
  }

  private String requireId() {
    String id = transactionalId;
    if (id == null) {
      throw new IllegalStateException("a producer without transactions");
    }
    return id;
  }

  private void require(State expected, String what) {
    if (state != expected) {
      throw new IllegalStateException("%s in state %s".formatted(what, state));
    }
  }

  private RuntimeException abortable(RuntimeException cause) {
    if (state == State.IN_TRANSACTION) {
      state = State.ABORTABLE_ERROR;
      lastError = cause;
    }
    return cause;
  }

  /** As Kafka's TransactionManager tells of an earlier failure. */
  private void throwIfFailed() {
    RuntimeException cause = lastError;
    if (cause == null) {
      return;
    }
    if (cause instanceof ProducerFencedException) {
      throw new ProducerFencedException("the producer was fenced");
    }
    if (cause instanceof InvalidProducerEpochException) {
      throw new InvalidProducerEpochException("the producer has an old epoch");
    }
    throw new KafkaException(
        "Cannot execute transactional method because we are in an error state", cause);
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return Map.of();
  }

  @Override
  public Uuid clientInstanceId(Duration timeout) {
    throw new UnsupportedOperationException("no service asks for it");
  }

  @Override
  public void registerMetricForSubscription(KafkaMetric metric) {
    throw new UnsupportedOperationException("no service asks for it");
  }

  @Override
  public void unregisterMetricFromSubscription(KafkaMetric metric) {
    throw new UnsupportedOperationException("no service asks for it");
  }
}
