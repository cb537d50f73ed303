package io.logitstream.model.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TorchCallsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final TorchCalls calls = new TorchCalls();

  @Test
  void theEndWaitsForACallThatIsAtWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(
            () -> {
              try (TorchCalls.Call atWork = calls.begin()) {
                begun.countDown();
                goOn.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    begun.await();

    assertThat(calls.end(Duration.ofMillis(1))).isFalse();
    goOn.countDown();

    assertThat(calls.end(LONG)).isTrue();
    assertThat(call).succeedsWithin(LONG);
  }

  @Test
  void noCallBeginsAfterTheEnd() throws Exception {
    assertThat(calls.end(LONG)).isTrue();

    Thread late = new Thread(() -> calls.begin().close());
    late.setDaemon(true);
    late.start();

    while (late.getState() != Thread.State.WAITING) {
      assertThat(late.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }
}
