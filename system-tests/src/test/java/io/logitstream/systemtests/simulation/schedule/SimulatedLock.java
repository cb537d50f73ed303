package io.logitstream.systemtests.simulation.schedule;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A lock of the simulation. Only one thread runs at a time, and none pauses while it holds a lock
 * but to wait for its condition: so there is nothing to lock.
 */
final class SimulatedLock implements Lock {
  private final Scheduler scheduler;

  SimulatedLock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public void lock() {}

  @Override
  public void lockInterruptibly() throws InterruptedException {}

  @Override
  public boolean tryLock() {
    return true;
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) {
    return true;
  }

  @Override
  public void unlock() {}

  @Override
  public Condition newCondition() {
    return new SimulatedCondition();
  }

  private final class SimulatedCondition implements Condition {
    private long signals;

    @Override
    public void await() throws InterruptedException {
      awaitUntil(Scheduler.NEVER);
    }

    @Override
    public void awaitUninterruptibly() {
      throw new UnsupportedOperationException("no service waits like this");
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
      long deadlineNanos = scheduler.nowNanos() + nanos;
      awaitUntil(deadlineNanos);
      return deadlineNanos - scheduler.nowNanos();
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
      return awaitNanos(unit.toNanos(time)) > 0;
    }

    @Override
    public boolean awaitUntil(Date deadline) {
      throw new UnsupportedOperationException("no service waits like this");
    }

    @Override
    public void signal() {
      signals++;
    }

    @Override
    public void signalAll() {
      signals++;
    }

    private void awaitUntil(long deadlineNanos) throws InterruptedException {
      long before = signals;
      scheduler.await(() -> signals != before, deadlineNanos);
      if (scheduler.takeInterrupt()) {
        throw new InterruptedException();
      }
    }
  }
}
