package io.logitstream.console.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoopReportTest {
  private static LoopReport.Round round(double loopMs, double memoryMs, double waitMs) {
    return new LoopReport.Round(loopMs, memoryMs, waitMs, 10, true);
  }

  @Test
  void sharesAreOfAllRoundsTimeAndRatiosOfEachRound() {
    LoopReport report =
        new LoopReport(List.of(round(110, 100, 1), round(330, 300, 5), round(60, 40, 2)), 1000);

    assertThat(report.waitShare()).isCloseTo(8 / 500.0, within(1e-12));
    assertThat(report.figures())
        .containsEntry("waitShareWorstRound", 0.033333)
        .containsEntry("timeRatio", 1.1)
        .containsEntry("timeRatioMost", 1.5)
        .containsEntry("tokensPerSecond", 9090.9)
        .containsEntry("fromMemoryTokensPerSecond", 10_000.0)
        .containsEntry("holds", true);
  }

  @Test
  void aLoopThatWaitsForATwentiethDoesNotHold() {
    assertThat(new LoopReport(List.of(round(100, 100, 4.9)), 1).holds()).isTrue();
    assertThat(new LoopReport(List.of(round(100, 100, 5)), 1).holds()).isFalse();
  }

  @Test
  void studentsThatEndUnlikeHaveNotDoneTheSame() {
    LoopReport.Round other = new LoopReport.Round(100, 100, 0, 10, false);

    assertThat(new LoopReport(List.of(round(100, 100, 0), other), 1).holds()).isFalse();
  }
}
