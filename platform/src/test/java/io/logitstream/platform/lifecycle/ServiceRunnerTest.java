package io.logitstream.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceRunnerTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final StopSignal stop = new StopSignal();
  private final Health health = new Health();

  @Test
  void servicesThatAreDoneEndWell() {
    assertThat(runner(LONG).run(Map.of("one", s -> {}, "two", s -> {}))).isEqualTo(ExitStatus.OK);
    assertThat(stop.requested()).isFalse();
    assertThat(health.isLive()).isTrue();
  }

  @Test
  void aFailureStopsTheOthersAndDecidesTheStatus() {
    AtomicBoolean stopped = new AtomicBoolean();

    ExitStatus status =
        runner(LONG)
            .run(
                Map.of(
                    "fails",
                    s -> {
                      throw new IllegalStateException("broken");
                    },
                    "waits",
                    s -> stopped.set(s.await(LONG))));

    assertThat(status).isEqualTo(ExitStatus.FAILURE);
    assertThat(stopped).isTrue();
    assertThat(health.isLive()).isFalse();
    assertThat(health.reasons()).anyMatch(reason -> reason.contains("broken"));
  }

  @ParameterizedTest
  @CsvSource({
    "RETRYABLE, UNREACHABLE",
    "POISON, FAILURE",
    "FATAL, FAILURE",
    "FENCED, FENCED",
    "CONFIGURATION, USAGE"
  })
  void theKindOfTheFailureDecidesTheStatus(FailureKind kind, ExitStatus expected) {
    assertThat(
            runner(LONG)
                .run(
                    Map.of(
                        "fails",
                        s -> {
                          throw new LogitstreamException(kind, "x");
                        })))
        .isEqualTo(expected);
  }

  @Test
  void kafkasExceptionsHaveAKindToo() {
    assertThat(
            runner(LONG)
                .run(
                    Map.of(
                        "fails",
                        s -> {
                          throw new ProducerFencedException("taken over");
                        })))
        .isEqualTo(ExitStatus.FENCED);
    assertThat(
            runner(LONG)
                .run(
                    Map.of(
                        "fails",
                        s -> {
                          throw new IllegalStateException(new TimeoutException("no answer"));
                        })))
        .isEqualTo(ExitStatus.UNREACHABLE);
  }

  @Test
  void aFullHeapEndsTheServiceAndStopsTheOthersInOrder() {
    AtomicBoolean inOrder = new AtomicBoolean();
    ExitStatus status =
        runner(LONG)
            .run(
                Map.of(
                    "takes",
                    s -> {
                      // 16 GiB at once: refused before anything else of this process lacks room.
                      long[] enormous = new long[Integer.MAX_VALUE - 8];
                      throw new AssertionError("there is no such heap: " + enormous.length);
                    },
                    "goes on",
                    s -> inOrder.set(s.await(LONG))));

    assertThat(status).isEqualTo(ExitStatus.FAILURE);
    assertThat(inOrder).isTrue();
  }

  @Test
  void aTryingThatAStopCutShortIsNoFailure() {
    assertThat(
            runner(LONG)
                .run(
                    Map.of(
                        "tries",
                        s -> {
                          throw new StoppedException("stopped", new IllegalStateException());
                        })))
        .isEqualTo(ExitStatus.OK);
  }

  @Test
  void aServiceThatDoesNotStopIsLeftAfterTheDrainTime() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch gone = new CountDownLatch(1);
    stop.request();

    ExitStatus status =
        runner(Duration.ofMillis(50))
            .run(
                Map.of(
                    "deaf",
                    s -> {
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        interrupted.set(true);
                        gone.countDown();
                      }
                    }));

    assertThat(status).isEqualTo(ExitStatus.FAILURE);
    assertThat(await(gone)).isTrue();
    assertThat(interrupted).isTrue();
  }

  @Test
  void aSignalAsksToStopAndWaitsUntilTheWorkHasDrained() throws Exception {
    ShutdownHook hook = ShutdownHook.install(stop, LONG);
    CompletableFuture<Void> signal = CompletableFuture.runAsync(hook::onSignal);
    assertThat(stop.await(LONG)).isTrue();
    assertThat(signal).isNotDone();

    hook.close();

    signal.get(1, TimeUnit.MINUTES);
  }

  @Test
  void aSignalWaitsNoLongerThanTheDrainTime() {
    try (ShutdownHook hook = ShutdownHook.install(stop, Duration.ofMillis(10))) {
      hook.onSignal();
    }
    assertThat(stop.requested()).isTrue();
  }

  @Test
  void whatMustBeWokenIsWokenOnce() {
    int[] woken = new int[2];
    stop.onRequest(() -> woken[0]++);
    stop.request();
    stop.request();
    stop.onRequest(() -> woken[1]++);

    assertThat(woken).containsExactly(1, 1);
  }

  @Test
  void whoHasEndedIsWokenNoMore() {
    int[] woken = new int[1];
    StopSignal.Registration ended = stop.onRequest(() -> woken[0]++);
    ended.close();
    ended.close();
    stop.request();

    assertThat(woken).containsExactly(0);
  }

  private ServiceRunner runner(Duration drain) {
    return new ServiceRunner(stop, drain, health);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
