package io.logitstream.console.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How a trainer's loop stands beside the same steps from memory.
 *
 * @param rounds in the order in which they were taken, at least one
 * @param stepTokens tokens that a step trains on
 */
record LoopReport(List<Round> rounds, long stepTokens) {
  /** Of the loop's time, the share in which it may wait for data. */
  static final double MOST_WAIT_SHARE = 0.05;

  LoopReport {
    rounds = List.copyOf(rounds);
    if (rounds.isEmpty()) {
      throw new IllegalArgumentException("no rounds, expected at least one");
    }
  }

  /**
   * The loop and the steps from memory, once each.
   *
   * @param loopMs a step of the loop, in the mean, waiting included
   * @param memoryMs a step from memory, in the mean
   * @param waitMs what the loop waited for data, in the mean of a step
   * @param bytesPerToken bytes of the topic's values
   * @param sameWeights whether both students ended with the same weights
   */
  record Round(
      double loopMs, double memoryMs, double waitMs, double bytesPerToken, boolean sameWeights) {
    double ratio() {
      return loopMs / memoryMs;
    }

    double waitShare() {
      return waitMs / loopMs;
    }
  }

  /** Share of all rounds' time that the loop waited for data, from 0 to 1. */
  double waitShare() {
    return sum(Round::waitMs) / sum(Round::loopMs);
  }

  /** Whether both sides did the same steps in every round. */
  boolean sameWeights() {
    return rounds.stream().allMatch(Round::sameWeights);
  }

  /** Whether the loop is fed well enough, and both sides did the same. */
  boolean holds() {
    return waitShare() < MOST_WAIT_SHARE && sameWeights();
  }

  /** The figures as one JSON object tells them; what they were measured on is not among them. */
  Map<String, Object> figures() {
    Durations loop = durations(Round::loopMs);
    Durations memory = durations(Round::memoryMs);
    // Quantiles of numbers without a unit are the same thing.
    Durations ratio = durations(Round::ratio);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "loop");
    figures.put("waitShare", Figures.rounded(waitShare()));
    figures.put("waitShareWorstRound", Figures.rounded(durations(Round::waitShare).quantileMs(1)));
    figures.put("mostWaitShare", MOST_WAIT_SHARE);
    figures.put("tokensPerSecond", Figures.rounded(stepTokens * 1000 / loop.medianMs()));
    figures.put(
        "fromMemoryTokensPerSecond", Figures.rounded(stepTokens * 1000 / memory.medianMs()));
    loop.putInto(figures, "step");
    memory.putInto(figures, "fromMemoryStep");
    figures.put("timeRatio", Figures.rounded(ratio.medianMs()));
    figures.put("timeRatioLeast", Figures.rounded(ratio.quantileMs(0)));
    figures.put("timeRatioMost", Figures.rounded(ratio.quantileMs(1)));
    figures.put("bytesPerToken", Figures.rounded(durations(Round::bytesPerToken).medianMs()));
    figures.put("sameWeights", sameWeights());
    figures.put("holds", holds());
    return figures;
  }

  private double sum(ToDoubleFunction<Round> part) {
    return rounds.stream().mapToDouble(part).sum();
  }

  private Durations durations(ToDoubleFunction<Round> part) {
    return Durations.of(rounds.stream().mapToDouble(part).toArray());
  }
}
