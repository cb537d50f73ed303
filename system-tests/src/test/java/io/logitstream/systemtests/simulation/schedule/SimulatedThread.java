package io.logitstream.systemtests.simulation.schedule;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A thread of a simulated process. It runs while it has been given the turn. */
final class SimulatedThread {
  private final SimulatedProcess process;
  private final String name;
  private volatile boolean hasTurn;
  private volatile @Nullable Thread carrier;

  /** What it waits for; null if it only waits for its turn, or for a time. */
  @Nullable BooleanSupplier condition;

  /** Until when it waits at most. */
  long deadlineNanos;

  boolean interrupted;
  boolean ended;

  SimulatedThread(SimulatedProcess process, String name) {
    this.process = process;
    this.name = name;
  }

  SimulatedProcess process() {
    return process;
  }

  /** Whether it can go on at a time. */
  boolean isReady(long nowNanos) {
    if (process.isDead()) {
      return true;
    }
    if (process.pausedUntilNanos() > nowNanos) {
      return false;
    }
    BooleanSupplier wanted = condition;
    return deadlineNanos <= nowNanos || interrupted || (wanted != null && wanted.getAsBoolean());
  }

  /** The time at which it can go on if nothing else happens. */
  long readyAtNanos() {
    return Math.max(deadlineNanos, process.pausedUntilNanos());
  }

  /** Binds it to the thread that carries it. */
  void carriedBy(Thread thread) {
    carrier = thread;
  }

  void giveTurn() {
    hasTurn = true;
    LockSupport.unpark(carrier);
  }

  /** Waits for the turn. Real interrupts are none of the simulation's. */
  void awaitTurn() {
    while (!hasTurn) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        interrupted = true;
      }
    }
    hasTurn = false;
  }

  @Override
  public String toString() {
    return process + "/" + name;
  }
}
