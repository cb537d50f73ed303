package io.logitstream.systemtests.simulation.log;

import io.logitstream.systemtests.simulation.schedule.Scheduler;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;

/** What lies between clients and the broker: requests and answers take time, and get lost. */
public final class Network {
  private static final long MAX_LATENCY_NANOS = Duration.ofMillis(3).toNanos();

  /** What becomes of a request. */
  enum Fate {
    /** It is served, and answered. */
    ANSWERED,
    /** It never arrives. */
    LOST,
    /** It is served, and the answer never arrives. */
    UNANSWERED,
    /** It is served after the client has given up. */
    LATE
  }

  private final Scheduler scheduler;
  private final SplittableRandom random;
  private double faults;
  private long faultless = Scheduler.NEVER;

  /**
   * @param seed of what happens to requests
   */
  public Network(Scheduler scheduler, long seed) {
    this.scheduler = scheduler;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Loses requests and answers from now on.
   *
   * @param share of those that are not answered in time
   * @param untilNanos after which everything is answered
   */
  public void fail(double share, long untilNanos) {
    faults = share;
    faultless = untilNanos;
  }

  /** Whose time passes. */
  public Scheduler scheduler() {
    return scheduler;
  }

  SplittableRandom random() {
    return random;
  }

  boolean isFaulty() {
    return faults > 0 && scheduler.nowNanos() < faultless && random.nextDouble() < faults;
  }

  Fate fate() {
    if (!isFaulty()) {
      return Fate.ANSWERED;
    }
    return switch (random.nextInt(3)) {
      case 0 -> Fate.LOST;
      case 1 -> Fate.UNANSWERED;
      default -> Fate.LATE;
    };
  }

  long latencyNanos() {
    return 1 + random.nextLong(MAX_LATENCY_NANOS);
  }

  /** A request that changes nothing. */
  <T> T ask(String what, long timeoutNanos, Supplier<T> answer) {
    scheduler.point(what, latencyNanos());
    if (isFaulty()) {
      scheduler.point(what + " in vain", timeoutNanos);
      throw new TimeoutException(what + " was not answered");
    }
    return answer.get();
  }

  /**
   * A request that changes something, and that the client may repeat.
   *
   * @throws TimeoutException if no answer came: it may have been served, or may yet be
   */
  <T> T request(String what, long timeoutNanos, Supplier<T> service) {
    return request(what, timeoutNanos, fate(), service);
  }

  /**
   * As {@link #request}, but it is never served after the client has given up: a producer asks for
   * its epoch again on another connection, whose server knows of the first one by then.
   */
  <T> T promptRequest(String what, long timeoutNanos, Supplier<T> service) {
    Fate fate = fate();
    return request(what, timeoutNanos, fate == Fate.LATE ? Fate.UNANSWERED : fate, service);
  }

  private <T> T request(String what, long timeoutNanos, Fate fate, Supplier<T> service) {
    scheduler.point("before " + what, latencyNanos());
    if (fate == Fate.ANSWERED) {
      try {
        return service.get();
      } finally {
        scheduler.point("after " + what, latencyNanos());
      }
    }
    if (fate == Fate.UNANSWERED) {
      served(service);
    } else if (fate == Fate.LATE) {
      scheduler.after(random.nextLong(3 * timeoutNanos), () -> served(service));
    }
    scheduler.point(what + " in vain (" + fate + ")", timeoutNanos);
    throw new TimeoutException(what + " was not answered");
  }

  private static void served(Supplier<?> service) {
    try {
      var unused = service.get();
    } catch (ApiException e) {
      // The broker refused it, and nobody hears.
    }
  }
}
