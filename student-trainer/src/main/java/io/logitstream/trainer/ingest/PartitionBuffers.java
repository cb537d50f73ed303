package io.logitstream.trainer.ingest;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.trainer.planning.CommittedLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * What one thread fetches and another one plans from: a queue for each partition, and whether the
 * partition is idle. The fetching thread asks {@link #isFull} before it fetches more.
 *
 * @param <T> what is queued
 */
public final class PartitionBuffers<T> implements CommittedLog<T> {
  private final Lock lock;
  private final Condition changed;
  private final List<Queue<T>> queues = new ArrayList<>();
  private final int maxRecords;
  private final long maxBytes;
  private boolean ended;
  private @Nullable Throwable failure;

  /**
   * @param maxRecords records of a partition from which on it is full
   * @param maxBytes bytes of a partition from which on it is full
   * @param execution whose threads fetch and plan
   */
  public PartitionBuffers(int partitions, int maxRecords, long maxBytes, Execution execution) {
    this.lock = execution.newLock();
    this.changed = lock.newCondition();
    for (int partition = 0; partition < partitions; partition++) {
      queues.add(new Queue<>());
    }
    this.maxRecords = maxRecords;
    this.maxBytes = maxBytes;
  }

  @Override
  public int partitions() {
    return queues.size();
  }

  @Override
  public Optional<T> take(int partition) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Queue<T> queue = queues.get(partition);
      while (true) {
        throwIfFailed();
        Sized<T> head = queue.records.poll();
        if (head != null) {
          queue.bytes -= head.bytes();
          return Optional.of(head.record());
        }
        if (ended || queue.idle) {
          return Optional.empty();
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a record is there or reading has ended, a bounded time. */
  public void awaitRecord(Duration longest) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = longest.toNanos();
      while (left > 0 && !ended && queues.stream().allMatch(queue -> queue.records.isEmpty())) {
        throwIfFailed();
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Queues the next record of a partition, which is not idle any more; none after the end. */
  public void add(int partition, T record, long bytes) {
    change(
        () -> {
          if (ended) {
            return;
          }
          Queue<T> queue = queues.get(partition);
          queue.records.add(new Sized<>(record, bytes));
          queue.bytes += bytes;
          queue.idle = false;
        });
  }

  /** Says that everything committed in a partition was queued. */
  public void idle(int partition) {
    change(() -> queues.get(partition).idle = true);
  }

  /** Ends the reading: no partition has records from now on. What is queued is let go. */
  public void end() {
    change(
        () -> {
          ended = true;
          queues.forEach(Queue::clear);
        });
  }

  /** Whether reading was ended. */
  public boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the reading with a failure, which those who take are told of. */
  public void fail(Throwable cause) {
    change(() -> failure = cause);
  }

  /** Whether nothing more should be fetched in a partition. */
  public boolean isFull(int partition) {
    lock.lock();
    try {
      Queue<T> queue = queues.get(partition);
      return ended || queue.records.size() >= maxRecords || queue.bytes >= maxBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a partition has nothing queued and is not known to be idle. */
  public boolean isUndecided(int partition) {
    lock.lock();
    try {
      Queue<T> queue = queues.get(partition);
      return !ended && queue.records.isEmpty() && !queue.idle;
    } finally {
      lock.unlock();
    }
  }

  /** Records that are queued. */
  public long size() {
    lock.lock();
    try {
      return queues.stream().mapToLong(queue -> queue.records.size()).sum();
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void throwIfFailed() {
    if (failure instanceof LogitstreamException known) {
      throw known;
    }
    if (failure != null) {
      throw new LogitstreamException(
          FailureKind.FATAL, "fetching records failed: " + failure, failure);
    }
  }

  private static final class Queue<T> {
    private final ArrayDeque<Sized<T>> records = new ArrayDeque<>();
    private long bytes;
    private boolean idle;

    void clear() {
      records.clear();
      bytes = 0;
    }
  }

  private record Sized<T>(T record, long bytes) {}
}
