package io.logitstream.model.torchscript;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The calls into libtorch that are at work. When the process ends, libtorch takes down what they
 * work with: a call that is still at work then crashes.
 */
public final class TorchCalls {
  private static final TorchCalls OF_PROCESS = new TorchCalls();

  /** Calls hold it to read; who ends them holds it to write, for ever. */
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();

  TorchCalls() {}

  /** Those of this process. */
  public static TorchCalls ofProcess() {
    return OF_PROCESS;
  }

  /** A call; closed by the thread that began it. */
  interface Call extends AutoCloseable {
    @Override
    void close();
  }

  /** Begins a call; never returns once calls have ended. */
  Call begin() {
    calls.readLock().lock();
    return calls.readLock()::unlock;
  }

  /**
   * Waits for the calls that are at work, and lets no other one begin: for the end of the process.
   *
   * @return whether none is at work
   */
  public boolean end(Duration longest) throws InterruptedException {
    return calls.writeLock().tryLock(longest.toNanos(), TimeUnit.NANOSECONDS);
  }
}
