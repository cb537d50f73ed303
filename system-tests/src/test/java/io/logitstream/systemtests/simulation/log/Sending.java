package io.logitstream.systemtests.simulation.log;

import io.logitstream.systemtests.simulation.schedule.Scheduler;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A record on its way to the broker, and the answer to it. */
final class Sending implements Future<RecordMetadata> {
  private final Scheduler scheduler;
  private final ProducerRecord<String, byte[]> record;
  private final TopicPartition partition;
  private final @Nullable Callback callback;
  private final long expiryNanos;
  private int epoch;
  private int sequence;
  private boolean done;
  private @Nullable RecordMetadata metadata;
  private @Nullable Exception failure;

  Sending(
      Scheduler scheduler,
      ProducerRecord<String, byte[]> record,
      TopicPartition partition,
      @Nullable Callback callback,
      long expiryNanos) {
    this.scheduler = scheduler;
    this.record = record;
    this.partition = partition;
    this.callback = callback;
    this.expiryNanos = expiryNanos;
  }

  ProducerRecord<String, byte[]> record() {
    return record;
  }

  TopicPartition partition() {
    return partition;
  }

  long expiryNanos() {
    return expiryNanos;
  }

  int epoch() {
    return epoch;
  }

  int sequence() {
    return sequence;
  }

  /** Gives it its place in the order of its producer. */
  void numbered(int newEpoch, int newSequence) {
    epoch = newEpoch;
    sequence = newSequence;
  }

  void acknowledged(long offset) {
    if (!done) {
      done = true;
      metadata = new RecordMetadata(partition, offset, 0, 0, 0, 0);
      tell(metadata, null);
    }
  }

  void failed(Exception cause) {
    if (!done) {
      done = true;
      failure = cause;
      tell(new RecordMetadata(partition, -1, -1, -1, -1, -1), cause);
    }
  }

  private void tell(RecordMetadata told, @Nullable Exception cause) {
    if (callback != null) {
      callback.onCompletion(told, cause);
    }
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    return false;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public boolean isDone() {
    return done;
  }

  @Override
  public RecordMetadata get() throws ExecutionException {
    scheduler.await(() -> done, Scheduler.NEVER);
    return answer();
  }

  @Override
  public RecordMetadata get(long timeout, TimeUnit unit)
      throws ExecutionException, TimeoutException {
    if (!scheduler.await(() -> done, scheduler.nowNanos() + unit.toNanos(timeout))) {
      throw new TimeoutException();
    }
    return answer();
  }

  private RecordMetadata answer() throws ExecutionException {
    RecordMetadata answered = metadata;
    if (answered == null) {
      throw new ExecutionException(failure);
    }
    return answered;
  }
}
