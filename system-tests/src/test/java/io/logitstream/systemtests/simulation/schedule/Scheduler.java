package io.logitstream.systemtests.simulation.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads one at a time, in simulated time. A thread runs until it comes to a point where it
 * pauses or waits; then a seeded choice among those that can go on says who does. If none can, time
 * goes on to the next event or deadline. So everything that happens is a function of the seed.
 */
public final class Scheduler {
  /** A time that never comes. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final ExecutorService CARRIERS =
      Executors.newCachedThreadPool(
          task -> {
            Thread carrier = new Thread(task, "simulated");
            carrier.setDaemon(true);
            return carrier;
          });
  private static final ThreadLocal<@Nullable SimulatedThread> CURRENT = new ThreadLocal<>();

  private final SplittableRandom random;
  private final long maxPoints;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<SimulatedThread> threads = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private Consumer<Point> onPoint = point -> {};
  private long nowNanos = 1;
  private long eventsMade;
  private long points;
  private @Nullable String stuck;

  /** A point between two effects: here a process may be killed. */
  public record Point(long number, SimulatedProcess process, String what) {}

  private record Event(long dueNanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(dueNanos, other.dueNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /**
   * @param maxPoints after so many points the simulation is taken for one that never ends
   */
  public Scheduler(long seed, long maxPoints) {
    this.random = new SplittableRandom(seed);
    this.maxPoints = maxPoints;
  }

  /** Has each point told of, on the thread that comes to it. */
  public void onPoint(Consumer<Point> observer) {
    onPoint = observer;
  }

  /** Simulated nanoseconds. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Points that processes came to. */
  public long points() {
    return points;
  }

  /** The scheduler's chance: whatever asks it must ask in an order that the seed decides. */
  public SplittableRandom random() {
    return random;
  }

  /** Does something at a time, between two points of the threads. It must not wait. */
  public void at(long dueNanos, Runnable action) {
    events.add(new Event(Math.max(nowNanos, dueNanos), eventsMade++, action));
  }

  /** Does something after a time. */
  public void after(long delayNanos, Runnable action) {
    at(nowNanos + delayNanos, action);
  }

  /** A process, which begins with its first thread. */
  public SimulatedProcess newProcess(String name) {
    return new SimulatedProcess(name);
  }

  /** Starts a thread of a process. */
  public void start(SimulatedProcess process, String name, Runnable work) {
    SimulatedThread thread = new SimulatedThread(process, name);
    threads.add(thread);
    CountDownLatch carried = new CountDownLatch(1);
    CARRIERS.execute(
        () -> {
          thread.carriedBy(Thread.currentThread());
          carried.countDown();
          carry(thread, work);
        });
    try {
      carried.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the simulation's own thread was interrupted", e);
    }
  }

  private void carry(SimulatedThread thread, Runnable work) {
    thread.awaitTurn();
    CURRENT.set(thread);
    try {
      if (!thread.process().isDead()) {
        work.run();
      }
    } catch (SimulatedCrash e) {
      // That is how a killed process ends.
    } catch (Throwable e) {
      end(thread + " ended", e);
    } finally {
      CURRENT.remove();
      thread.ended = true;
      threads.remove(thread);
      Thread.interrupted();
      SimulatedThread next = choose();
      if (next == null) {
        over.countDown();
      } else {
        next.giveTurn();
      }
    }
  }

  /**
   * Runs everything that was started, to its end. Called once, from outside of the simulation.
   *
   * @throws IllegalStateException if threads wait for what never comes, or never end
   */
  public void run() throws InterruptedException {
    SimulatedThread first = choose();
    if (first != null) {
      first.giveTurn();
      over.await();
    }
    if (stuck != null) {
      throw new IllegalStateException(stuck);
    }
  }

  /** A point between two effects; others may go on here. */
  public void point(String what) {
    point(what, 0);
  }

  /** As {@link #point(String)}, and at least some time passes. */
  public void point(String what, long nanos) {
    SimulatedThread current = current();
    points++;
    if (points > maxPoints && stuck == null) {
      stuck = "no end after %d points; at last %s: %s".formatted(maxPoints, current, what);
      threads.forEach(thread -> thread.process().kill());
    }
    onPoint.accept(new Point(points, current.process(), what));
    yieldUntil(current, null, nowNanos + nanos);
  }

  /**
   * Waits for a condition.
   *
   * @param deadlineNanos until when at most
   * @return whether it holds
   */
  public boolean await(BooleanSupplier condition, long deadlineNanos) {
    yieldUntil(current(), condition, deadlineNanos);
    return condition.getAsBoolean();
  }

  /** Whether the thread was interrupted; it is not any more. */
  boolean takeInterrupt() {
    SimulatedThread current = current();
    boolean was = current.interrupted || Thread.interrupted();
    current.interrupted = false;
    return was;
  }

  /** The process whose thread runs. */
  public SimulatedProcess process() {
    return current().process();
  }

  SimulatedThread current() {
    SimulatedThread current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException("this is no thread of the simulation");
    }
    return current;
  }

  /** Interrupts all threads of a name in a process. */
  void interrupt(SimulatedProcess process, String suffix) {
    for (SimulatedThread thread : threads) {
      if (thread.process() == process && thread.toString().endsWith("/" + suffix)) {
        thread.interrupted = true;
      }
    }
  }

  private void yieldUntil(
      SimulatedThread current, @Nullable BooleanSupplier condition, long deadlineNanos) {
    if (current.process().isDead()) {
      throw new SimulatedCrash(current.process().name());
    }
    current.condition = condition;
    current.deadlineNanos = deadlineNanos;
    SimulatedThread next = choose();
    if (next != null && next != current) {
      next.giveTurn();
      current.awaitTurn();
    } else if (next == null) {
      throw new IllegalStateException("a thread that waits cannot be over");
    }
    if (current.process().isDead()) {
      throw new SimulatedCrash(current.process().name());
    }
  }

  /** Who goes on; null if all threads have ended and nothing is to come. */
  private @Nullable SimulatedThread choose() {
    while (true) {
      Event event = events.peek();
      while (event != null && event.dueNanos() <= nowNanos) {
        events.poll();
        happen(event);
        event = events.peek();
      }
      SimulatedThread chosen = chooseReady();
      if (chosen != null) {
        return chosen;
      }
      long next = event == null ? NEVER : event.dueNanos();
      for (SimulatedThread thread : threads) {
        next = Math.min(next, thread.readyAtNanos());
      }
      if (next < NEVER) {
        nowNanos = Math.max(nowNanos, next);
      } else if (threads.isEmpty()) {
        return null;
      } else {
        stuck = stuck == null ? "all threads wait for ever: " + threads : stuck;
        threads.forEach(thread -> thread.process().kill());
      }
    }
  }

  /** What fails in an event is nobody's failure but the simulation's. */
  private void happen(Event event) {
    try {
      event.action().run();
    } catch (RuntimeException | Error e) {
      end("an event failed", e);
    }
  }

  private void end(String what, Throwable cause) {
    if (stuck == null) {
      StringBuilder words = new StringBuilder(what).append(": ").append(cause);
      for (StackTraceElement frame : cause.getStackTrace()) {
        words.append(System.lineSeparator()).append("    at ").append(frame);
      }
      stuck = words.toString();
    }
    threads.forEach(thread -> thread.process().kill());
  }

  private @Nullable SimulatedThread chooseReady() {
    SimulatedThread chosen = null;
    int ready = 0;
    for (SimulatedThread thread : threads) {
      if (thread.isReady(nowNanos)) {
        ready++;
        if (ready == 1 || random.nextInt(ready) == 0) {
          chosen = thread;
        }
      }
    }
    return chosen;
  }
}
