package io.logitstream.systemtests.simulation.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A thread of the simulation that does one task after another. */
final class SimulatedExecutor extends AbstractExecutorService {
  private final Scheduler scheduler;
  private final SimulatedProcess process;
  private final String name;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean started;
  private boolean shutdown;
  private boolean terminated;

  SimulatedExecutor(Scheduler scheduler, SimulatedProcess process, String name) {
    this.scheduler = scheduler;
    this.process = process;
    this.name = name;
  }

  @Override
  public void execute(Runnable task) {
    if (shutdown) {
      throw new RejectedExecutionException(name + " was shut down");
    }
    tasks.add(task);
    if (!started) {
      started = true;
      scheduler.start(process, name, this::work);
    }
  }

  private void work() {
    while (scheduler.await(() -> shutdown || !tasks.isEmpty(), Scheduler.NEVER)
        && !tasks.isEmpty()) {
      tasks.remove().run();
    }
    terminated = true;
  }

  @Override
  public void shutdown() {
    shutdown = true;
    terminated |= !started;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    scheduler.interrupt(process, name);
    List<Runnable> left = new ArrayList<>(tasks);
    tasks.clear();
    return left;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return terminated;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    scheduler.await(() -> terminated, scheduler.nowNanos() + unit.toNanos(timeout));
    if (!terminated && scheduler.takeInterrupt()) {
      throw new InterruptedException();
    }
    return terminated;
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    return new AwaitedTask<>(
        () -> {
          task.run();
          return value;
        });
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new AwaitedTask<>(task);
  }

  private final class AwaitedTask<T> extends FutureTask<T> {
    AwaitedTask(Callable<T> task) {
      super(task);
    }

    @Override
    public @Nullable T get() throws InterruptedException, ExecutionException {
      scheduler.await(this::isDone, Scheduler.NEVER);
      if (!isDone() && scheduler.takeInterrupt()) {
        throw new InterruptedException();
      }
      return super.get();
    }

    @Override
    public @Nullable T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      scheduler.await(this::isDone, scheduler.nowNanos() + unit.toNanos(timeout));
      return super.get(0, TimeUnit.NANOSECONDS);
    }
  }
}
