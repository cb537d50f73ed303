package io.logitstream.systemtests;

import java.util.ArrayDeque;
import java.util.Deque;

/** Processes that end with a test, the newest first. */
final class Processes implements AutoCloseable {
  private final Deque<ServiceProcess> started = new ArrayDeque<>();

  ServiceProcess add(ServiceProcess process) {
    started.push(process);
    return process;
  }

  @Override
  public void close() throws InterruptedException {
    for (ServiceProcess process : started) {
      process.close();
    }
  }
}
