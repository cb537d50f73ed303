package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.producer.pacing.Pace;
import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.PromptSequence;
import io.logitstream.producer.source.SourceKind;
import io.logitstream.producer.source.SourceLimits;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.producer.source.WhenChanged;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptBatchesTest {
  private static final IntakeSettings SETTINGS =
      new IntakeSettings(8, Duration.ofMillis(1000), Duration.ofSeconds(15), false);

  @TempDir Path folder;
  private PromptSequence sequence;
  private long nanos;
  private boolean stopped;

  @BeforeEach
  void openTwentyPrompts() throws Exception {
    Path file = Files.writeString(folder.resolve("lines.txt"), "012345678\n".repeat(20));
    sequence =
        PromptSequence.open(
            new SourceSettings(
                "lines",
                SourceKind.AUTO,
                List.of(new SourcePath("prose", file)),
                Map.of(),
                List.of(),
                Set.of(),
                1,
                1,
                true,
                10,
                new HeldOutShare(0),
                WhenChanged.REFUSE,
                new SourceLimits(1000, 10, 1000, 10)),
            (document, reason, found) -> {});
  }

  @AfterEach
  void close() {
    sequence.close();
  }

  @Test
  void withoutAPaceBatchesAreFullUntilTheLast() throws Exception {
    PromptBatches batches = batches(0);
    assertThat(batches.next()).hasSize(8);
    assertThat(batches.next()).hasSize(8);
    assertThat(batches.next()).hasSize(4);
    assertThat(batches.next()).isEmpty();
    assertThat(nanos).isZero();
  }

  @Test
  void aSlowPaceMakesSmallBatchesThatDoNotWaitForEver() throws Exception {
    PromptBatches batches = batches(4);
    assertThat(batches.next()).hasSize(5);
    assertThat(nanos).isEqualTo(Duration.ofMillis(1000).toNanos());
    assertThat(batches.next()).hasSize(5);
    assertThat(nanos).isEqualTo(Duration.ofMillis(2250).toNanos());
  }

  @Test
  void aPaceSlowerThanTheGatherTimeSendsEachPromptAlone() throws Exception {
    PromptBatches batches = batches(0.5);
    assertThat(batches.next()).hasSize(1);
    assertThat(nanos).isZero();
    assertThat(batches.next()).hasSize(1);
    assertThat(nanos).isEqualTo(Duration.ofSeconds(2).toNanos());
  }

  @Test
  void aStopCutsTheWaitShortAndKeepsWhatWasGathered() throws Exception {
    PromptBatches batches = batches(4);
    stopped = true;
    assertThat(batches.next()).hasSize(1);
    assertThat(batches.next()).isEmpty();
    assertThat(sequence.hasNext()).isTrue();
  }

  private PromptBatches batches(double promptsPerSecond) {
    return new PromptBatches(
        sequence,
        new Pace(promptsPerSecond, () -> nanos),
        SETTINGS,
        () -> nanos,
        wait -> {
          nanos += stopped ? 0 : wait.toNanos();
          return stopped;
        });
  }
}
