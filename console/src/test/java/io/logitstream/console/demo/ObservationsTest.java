package io.logitstream.console.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.StepEntry;
import io.logitstream.trainer.TrainerProgress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservationsTest {
  @Test
  void stepsOfAnotherRunDoNotCount() {
    Observations observations = new Observations("another", 0);

    observations.step(1, Observed.step(1, 2, Map.of()));

    assertThat(observations.snapshot(1).steps()).isZero();
  }

  @Test
  void sharesAndRatesAreThoseOfTheSteps() {
    Snapshot snapshot = Observed.run(100).snapshot(100 * Observed.SECOND);

    assertThat(snapshot.steps()).isEqualTo(100);
    assertThat(snapshot.trainedTokens()).isEqualTo(50_000);
    assertThat(snapshot.waitShare()).isCloseTo(0.1, within(1e-9));
    assertThat(snapshot.tokensPerSecond()).isCloseTo(50_000 / 99.9, within(1e-6));
    assertThat(snapshot.stepRate()).isCloseTo(1, within(0.11));
  }

  @Test
  void theReportHasEveryFigureAndNullsForWhatWasNotMeasured() {
    Observations observations = Observed.run(70);

    Map<String, ?> report =
        new DemoReport(
                observations.snapshot(70 * Observed.SECOND),
                observations,
                new TrainerProgress().snapshot(),
                4)
            .values();

    assertThat(report)
        .containsKeys(
            "prompts",
            "logitRecords",
            "steps",
            "trainedTokens",
            "tokensPerSecond",
            "bytesPerToken",
            "evaluationBytesPerToken",
            "firstAcceptance",
            "lastAcceptance",
            "firstKl",
            "lastKl",
            "lastCrossEntropy",
            "checkpoints",
            "lastCheckpointSha256",
            "deadLetters",
            "waitShare",
            "promptToStepP50Seconds",
            "promptToStepP99Seconds",
            "coldStartToFirstStepSeconds",
            "acceptanceAt1Minutes",
            "klAt3Minutes");
    assertThat(report.get("steps")).isEqualTo(70L);
    assertThat(report.get("bytesPerToken")).isNull();
    assertThat(report.get("acceptanceAt3Minutes")).isNull();
    assertThat((Double) report.get("lastAcceptance"))
        .isGreaterThan((Double) report.get("firstAcceptance"));
    assertThat((Double) report.get("lastKl")).isLessThan((Double) report.get("firstKl"));
  }

  @Test
  void latenciesJoinRecordsLedgerAndTelemetryInAnyOrder() {
    PromptLatencies latencies = new PromptLatencies();
    for (int offset = 0; offset < 10; offset++) {
      latencies.record(2, offset * 2, 1000 * offset);
    }
    latencies.stepCommitted(step(7, 2, 0, 18));
    assertThat(latencies.quantile(0.5)).isEmpty();

    latencies.stepEnded(7, 10_000);

    assertThat(latencies.quantile(0.5)).hasValue(5);
    assertThat(latencies.quantile(0.99)).hasValue(10);
  }

  @Test
  void ledgerEntriesWithoutAStepDoNotCount() {
    Observations observations = Observed.run(2);

    observations.ledgerEntry(
        LedgerEntry.newBuilder()
            .setRun(Observed.RUN)
            .setSequence(0)
            .setIndex(0)
            .setIncarnation(1)
            .setWrittenAt(Instant.EPOCH)
            .setKind(LedgerKind.SKIP)
            .build());

    assertThat(observations.promptToStepSeconds(0.5)).isEmpty();
  }

  private static StepEntry step(long step, int partition, long first, long last) {
    return StepEntry.newBuilder()
        .setStep(step)
        .setRanges(
            List.of(
                OffsetRange.newBuilder()
                    .setCursor("live")
                    .setTopicId("topic")
                    .setPartition(partition)
                    .setFirstOffset(first)
                    .setLastOffset(last)
                    .setCount(10)
                    .setDigest("")
                    .build()))
        .setTokens(List.of())
        .build();
  }
}
