package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.ChunkUploader;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.Cursor;
import io.logitstream.trainer.evaluation.EvaluationResults;
import io.logitstream.trainer.gate.GateOutcome;
import io.logitstream.trainer.recovery.CheckpointDraft;
import io.logitstream.trainer.recovery.CheckpointPlace;
import io.logitstream.trainer.recovery.CheckpointWriter;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.recovery.RunFacts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SweepingAsideTest {
  @Test
  @Timeout(300)
  void trainingDoesNotWaitForTheSweepAfterACheckpointButForWhatItFinds() throws Exception {
    TestPipeline pipeline = new TestPipeline();
    CountDownLatch sweeping = new CountDownLatch(1);
    AtomicInteger swept = new AtomicInteger();
    try (CheckpointCommitter committer =
            new CheckpointCommitter(pipeline.clients(), "run", Duration.ofSeconds(20));
        ChunkUploader uploader = new ChunkUploader(pipeline.clients(), "run", 1);
        CheckpointWriter writer =
            new CheckpointWriter(
                facts(),
                uploader,
                committer,
                () -> {},
                (manifest, sha256) -> {},
                () -> {
                  awaitQuietly(sweeping);
                  swept.incrementAndGet();
                },
                Execution.system(),
                new SimpleMeterRegistry())) {
      committer.initialise();
      writer.write(draft(0, null));
      // The sweep after the first stands still: the second is taken all the same.
      writer.write(draft(1, 0L));
      assertThat(swept).hasValue(0);

      sweeping.countDown();
      writer.await();
      assertThat(swept).hasValue(2);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static CheckpointDraft draft(long sequence, @Nullable Long parent) {
    return new CheckpointDraft(
        new CheckpointPlace(sequence, parent),
        new TrainingState.Snapshot(sequence, new byte[8], new byte[8], Optional.empty()),
        new Cursor("live", "teacher-logits", "id", 1, List.of(), 0),
        new PendingLedger.Drained(List.of(), List.of(), LossSums.ZERO),
        0,
        0,
        EvaluationResults.NONE,
        GateOutcome.NO_GATE,
        Map.of(),
        List.of(),
        Optional.empty());
  }

  private static RunFacts facts() {
    return new RunFacts(
        "run",
        1,
        new byte[2],
        new byte[2],
        "00",
        "00",
        List.of("*"),
        1,
        new RunConfiguration(Map.of()),
        new ComputeEnvironment("cpu", "f32", 1, "2", "00"),
        "test",
        null,
        Map.of(),
        Optional.empty());
  }
}
