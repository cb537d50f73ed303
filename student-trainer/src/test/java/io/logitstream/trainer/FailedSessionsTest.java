package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.recovery.TorchCompute;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedSessionsTest {
  private static final int FAILURES = 3;

  @TempDir Path directory;

  @Test
  void nothingOfASessionThatFailedIsKeptUntilAStopIsAskedFor() throws Exception {
    TestPipeline pipeline = new TestPipeline();
    TrainerFixture trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("rehearsal.share", "0.25");
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(40);
    }
    RememberedLocks execution = new RememberedLocks();
    StopSignal stop = new StopSignal();

    trainers
        .trainer(
            "run",
            failing(),
            new Health(),
            new TrainerPorts(ClientSource.network(), execution, TorchCompute::start))
        .run(stop);

    assertThat(trainers.newest("run").getIncarnation()).isEqualTo(1 + FAILURES);
    // Each buffer, and each signal, of a session has a lock.
    assertThat(execution.locks).hasSizeGreaterThan(2 * FAILURES);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return execution.locks.stream().allMatch(lock -> lock.get() == null);
            });
    Reference.reachabilityFence(stop);
  }

  private static TrainerProgress failing() {
    AtomicInteger failed = new AtomicInteger();
    TrainerProgress progress = new TrainerProgress();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 5 && failed.getAndIncrement() < FAILURES) {
              throw new LogitstreamException(FailureKind.RETRYABLE, "a transaction expired");
            }
          }
        });
    return progress;
  }

  /** The machine, which keeps no lock that it gave away, and knows which are still kept. */
  private static final class RememberedLocks implements Execution {
    private final List<WeakReference<Lock>> locks = new CopyOnWriteArrayList<>();
    private final Execution machine = Execution.system();

    @Override
    public Lock newLock() {
      Lock lock = machine.newLock();
      locks.add(new WeakReference<>(lock));
      return lock;
    }

    @Override
    public Instant now() {
      return machine.now();
    }

    @Override
    public long nanos() {
      return machine.nanos();
    }

    @Override
    public RandomGenerator random() {
      return machine.random();
    }

    @Override
    public ExecutorService newThread(String name) {
      return machine.newThread(name);
    }
  }
}
