package io.logitstream.producer;

import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A service at work on a thread of its own; closing stops it and tells of its failure. */
public final class RunningProducer implements AutoCloseable {
  private final StopSignal stop = new StopSignal();
  private final FutureTask<Void> work;

  private RunningProducer(Service service) {
    Callable<Void> run =
        () -> {
          try {
            service.run(stop);
          } catch (StoppedException e) {
            // As a service's runner has it: who is stopped while he waits has not failed.
          }
          return null;
        };
    this.work = new FutureTask<>(run);
  }

  public static RunningProducer start(Service service) {
    RunningProducer running = new RunningProducer(service);
    Thread thread = new Thread(running.work, "producer");
    thread.setDaemon(true);
    thread.start();
    return running;
  }

  /** Waits for its own end. */
  public void await() throws ExecutionException, InterruptedException, TimeoutException {
    work.get(90, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws ExecutionException, InterruptedException, TimeoutException {
    stop.request();
    await();
  }
}
