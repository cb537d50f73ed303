package io.logitstream.lineage.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What this instance has put into its stores since it started. Safe for all threads. */
public final class IndexCounts {
  private final MeterRegistry meters;
  private final Counter prompts;
  private final Counter windows;
  private final Counter deadLetters;
  private final Counter steps;
  private final Counter checkpoints;
  private final Counter erased;

  public IndexCounts(MeterRegistry meters) {
    this.meters = meters;
    this.prompts = counter(meters, "prompts", "Prompts indexed");
    this.windows =
        counter(meters, "windows", "Windows of teacher-logits and evaluation-logits indexed");
    this.deadLetters = counter(meters, "dead.letters", "Dead letters indexed");
    this.steps = counter(meters, "steps", "Training steps indexed");
    this.checkpoints = counter(meters, "checkpoints", "Checkpoint manifests indexed");
    this.erased = counter(meters, "erased", "Records marked as erased by a tombstone");
  }

  void prompt() {
    prompts.increment();
  }

  void window() {
    windows.increment();
  }

  void deadLetter() {
    deadLetters.increment();
  }

  void step() {
    steps.increment();
  }

  void checkpoint() {
    checkpoints.increment();
  }

  void erased(int records) {
    erased.increment(records);
  }

  /** A record that cannot be indexed, of a topic by its full name. */
  void unreadable(String topic) {
    Counter.builder("logitstream.index.unreadable")
        .description("Records that could not be indexed; they are in the log")
        .tag("topic", topic)
        .register(meters)
        .increment();
  }

  public long prompts() {
    return (long) prompts.count();
  }

  public long windows() {
    return (long) windows.count();
  }

  public long steps() {
    return (long) steps.count();
  }

  public long checkpoints() {
    return (long) checkpoints.count();
  }

  public long deadLetters() {
    return (long) deadLetters.count();
  }

  /** What was indexed, in a line; empty while there is nothing to tell. */
  public String line() {
    long all = (long) (prompts.count() + windows.count() + steps.count() + checkpoints.count());
    return all == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "%,.0f prompts, %,.0f windows, %,.0f steps, %,.0f checkpoints and %,.0f dead letters indexed",
            prompts.count(),
            windows.count(),
            steps.count(),
            checkpoints.count(),
            deadLetters.count());
  }

  private static Counter counter(MeterRegistry meters, String name, String description) {
    return Counter.builder("logitstream.index." + name).description(description).register(meters);
  }
}
