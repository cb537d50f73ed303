package io.logitstream.producer.http;

import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.intake.Receipt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests on their way to the one thread that publishes, within bounds. A request goes in whole or
 * not at all. What was taken counts until it is answered. Safe for all threads.
 */
final class PromptQueue {
  private final int maxPrompts;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Deque<Request> waiting = new ArrayDeque<>();
  private int prompts;
  private long bytes;
  private boolean closed;

  /**
   * Prompts of one request.
   *
   * @param offers in their order
   * @param answer receipts in the same order
   */
  record Request(List<Offer> offers, long bytes, CompletableFuture<List<Receipt>> answer) {
    Request {
      offers = List.copyOf(offers);
    }
  }

  PromptQueue(int maxPrompts, long maxBytes) {
    this.maxPrompts = maxPrompts;
    this.maxBytes = maxBytes;
  }

  /** Adds a request; empty if there is no room. */
  Optional<Request> offer(List<Offer> offers) {
    long size = offers.stream().mapToLong(offer -> offer.prompt().bytes()).sum();
    lock.lock();
    try {
      if (closed || prompts + offers.size() > maxPrompts || bytes + size > maxBytes) {
        return Optional.empty();
      }
      Request request = new Request(offers, size, new CompletableFuture<>());
      prompts += offers.size();
      bytes += size;
      waiting.add(request);
      added.signal();
      return Optional.of(request);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next requests.
   *
   * @param maxPromptsAtOnce enough prompts; the first request is taken whatever its size
   * @param longest how long to wait for the first
   */
  List<Request> take(int maxPromptsAtOnce, long longest, TimeUnit unit)
      throws InterruptedException {
    List<Request> taken = new ArrayList<>();
    int count = 0;
    lock.lockInterruptibly();
    try {
      long left = unit.toNanos(longest);
      while (waiting.isEmpty() && !closed && left > 0) {
        left = added.awaitNanos(left);
      }
      while (!waiting.isEmpty()
          && (taken.isEmpty() || count + waiting.peek().offers().size() <= maxPromptsAtOnce)) {
        Request request = waiting.remove();
        count += request.offers().size();
        taken.add(request);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Requests were answered: they make room. */
  void answered(List<Request> requests) {
    lock.lock();
    try {
      for (Request request : requests) {
        prompts -= request.offers().size();
        bytes -= request.bytes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more from now on; wakes who waits for requests. */
  void close() {
    lock.lock();
    try {
      closed = true;
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing waits and nothing more will come. */
  boolean isDrained() {
    lock.lock();
    try {
      return closed && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more is taken. */
  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Prompts that wait or are being published. */
  int prompts() {
    lock.lock();
    try {
      return prompts;
    } finally {
      lock.unlock();
    }
  }
}
