package io.logitstream.teacher;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** How far a teacher has come since its start. Written by its loop, read by any thread. */
public final class TeacherProgress {
  private final LongAdder prompts = new LongAdder();
  private final LongAdder deadLetters = new LongAdder();
  private final LongAdder windows = new LongAdder();
  private final LongAdder scoredTokens = new LongAdder();
  private final LongAdder trainedTokens = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder scoringNanos = new LongAdder();
  private final LongAdder lostOffsets = new LongAdder();
  private final LongAdder cutOffsets = new LongAdder();
  private volatile boolean paused;

  /**
   * Counts that belong together only roughly: the loop goes on while they are read.
   *
   * @param prompts prompts whose logits are committed
   * @param deadLetters records that were condemned
   * @param windows windows that are committed
   * @param scoredTokens tokens that the model read for them
   * @param trainedTokens positions of them that carry a distribution or a label to train on
   * @param bytes value bytes that are committed
   * @param scoringMs time spent scoring and encoding
   * @param paused whether the teacher waits for its readers
   */
  public record Snapshot(
      long prompts,
      long deadLetters,
      long windows,
      long scoredTokens,
      long trainedTokens,
      long bytes,
      long scoringMs,
      boolean paused) {
    /** Tokens scored in a second of scoring; 0 before the first. */
    public double tokensPerSecond() {
      return scoringMs == 0 ? 0 : scoredTokens * 1000.0 / scoringMs;
    }
  }

  /** How things stand now. */
  public Snapshot snapshot() {
    return new Snapshot(
        prompts.sum(),
        deadLetters.sum(),
        windows.sum(),
        scoredTokens.sum(),
        trainedTokens.sum(),
        bytes.sum(),
        scoringNanos.sum() / 1_000_000,
        paused);
  }

  void paused(boolean waits) {
    paused = waits;
  }

  void lost(long offsets) {
    lostOffsets.add(offsets);
  }

  void cut(long offsets) {
    cutOffsets.add(offsets);
  }

  /** Prompts last: who waits for them finds what belongs to them. */
  void add(CycleFigures figures) {
    windows.add(figures.windows());
    scoredTokens.add(figures.scoredTokens());
    trainedTokens.add(figures.trainedTokens());
    bytes.add(figures.bytes());
    scoringNanos.add(figures.scoringNanos());
    deadLetters.add(figures.deadLetters());
    prompts.add(figures.prompts());
  }

  void bindTo(MeterRegistry meters) {
    counter(meters, "logitstream.teacher.prompts", "Prompts whose logits are committed", prompts);
    counter(meters, "logitstream.teacher.windows", "Windows that are committed", windows);
    counter(meters, "logitstream.teacher.tokens", "Tokens that were scored", scoredTokens);
    counter(meters, "logitstream.teacher.trained", "Positions to train on", trainedTokens);
    counter(meters, "logitstream.teacher.bytes", "Value bytes that are committed", bytes);
    counter(
        meters,
        "logitstream.teacher.lost.offsets",
        "Offsets of prompts that retention deleted before they were read",
        lostOffsets);
    counter(
        meters,
        "logitstream.teacher.cut.offsets",
        "Offsets of prompts that were cut off their log after they were scored",
        cutOffsets);
    FunctionCounter.builder("logitstream.teacher.scoring", scoringNanos, nanos -> nanos.sum() / 1e9)
        .description("Time spent scoring and encoding")
        .baseUnit("seconds")
        .register(meters);
    Gauge.builder("logitstream.teacher.paused", this, progress -> progress.paused ? 1 : 0)
        .description("1 while the teacher waits for its readers")
        .register(meters);
  }

  private static void counter(
      MeterRegistry meters, String name, String description, LongAdder counted) {
    FunctionCounter.builder(name, counted, LongAdder::sum)
        .description(description)
        .register(meters);
  }

  /** What one transaction adds. */
  record CycleFigures(
      long prompts,
      long deadLetters,
      long windows,
      long scoredTokens,
      long trainedTokens,
      long bytes,
      long scoringNanos) {}
}
