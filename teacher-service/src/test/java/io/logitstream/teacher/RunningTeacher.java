package io.logitstream.teacher;

import io.logitstream.platform.lifecycle.StopSignal;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A teacher at work on a thread of its own; closing stops it and tells of its failure. */
final class RunningTeacher implements AutoCloseable {
  private final TeacherService service;
  private final StopSignal stop = new StopSignal();
  private final FutureTask<Void> work;

  private RunningTeacher(TeacherService service) {
    this.service = service;
    Callable<Void> run =
        () -> {
          service.run(stop);
          return null;
        };
    this.work = new FutureTask<>(run);
  }

  static RunningTeacher start(TeacherService service) {
    RunningTeacher running = new RunningTeacher(service);
    new Thread(running.work, "teacher").start();
    return running;
  }

  TeacherProgress.Snapshot progress() {
    return service.progress();
  }

  @Override
  public void close() throws ExecutionException, InterruptedException, TimeoutException {
    stop.request();
    work.get(60, TimeUnit.SECONDS);
  }
}
