package io.logitstream.systemtests.simulation.schedule;

/** A process of the simulation: what is killed, and stopped, as one. */
public final class SimulatedProcess {
  private final String name;
  private boolean dead;
  private long pausedUntilNanos;

  SimulatedProcess(String name) {
    this.name = name;
  }

  /** What it is called in traces. */
  public String name() {
    return name;
  }

  /** Whether it was killed. */
  public boolean isDead() {
    return dead;
  }

  /** Kills it, as SIGKILL does: its threads do nothing more. */
  public void kill() {
    dead = true;
  }

  /** Stops it, as SIGSTOP does, until a time. */
  public void pauseUntil(long nanos) {
    pausedUntilNanos = Math.max(pausedUntilNanos, nanos);
  }

  /** Whether it stands still at a time. */
  public boolean isPausedAt(long nanos) {
    return pausedUntilNanos() > nanos;
  }

  long pausedUntilNanos() {
    return dead ? 0 : pausedUntilNanos;
  }

  @Override
  public String toString() {
    return name;
  }
}
