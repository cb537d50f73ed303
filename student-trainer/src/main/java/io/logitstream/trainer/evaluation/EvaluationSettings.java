package io.logitstream.trainer.evaluation;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.time.Duration;
import java.util.List;

/**
 * How the student is evaluated.
 *
 * @param everySteps steps between evaluations; the first step is evaluated too
 * @param windows held-out windows that are pinned for each domain; 0 for no evaluation
 * @param domains domains whose windows are awaited before the first step
 * @param maxDomains the most domains that are pinned
 * @param longestWait how long the first step waits for the windows of those domains
 */
public record EvaluationSettings(
    int everySteps, int windows, List<String> domains, int maxDomains, Duration longestWait) {
  private static final Setting<Integer> EVERY_STEPS =
      Setting.integer(
          "evaluation.every-steps", 100, 1, Integer.MAX_VALUE, "Steps between evaluations.");
  private static final Setting<Integer> WINDOWS =
      Setting.integer(
          "evaluation.windows",
          32,
          0,
          10_000,
          "Held-out windows that are pinned for each domain; 0 for no evaluation.");
  private static final Setting<List<String>> DOMAINS =
      Setting.list(
          "evaluation.domains",
          List.of(),
          "Domains whose windows are awaited before the first step; others are pinned when theirs"
              + " are there.");
  private static final Setting<Integer> MAX_DOMAINS =
      Setting.integer(
          "evaluation.max-domains",
          8,
          1,
          1000,
          "The most domains that are pinned: bounds the memory of the evaluation set.");
  private static final Setting<Duration> WAIT =
      Setting.duration(
          "evaluation.wait",
          "60s",
          "How long the first step waits for the windows of evaluation.domains.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(EVERY_STEPS, WINDOWS, DOMAINS, MAX_DOMAINS, WAIT);

  public EvaluationSettings {
    domains = List.copyOf(domains);
  }

  /** Reads the settings. */
  public static EvaluationSettings from(Configuration configuration) {
    return new EvaluationSettings(
        configuration.get(EVERY_STEPS),
        configuration.get(WINDOWS),
        configuration.get(DOMAINS),
        configuration.get(MAX_DOMAINS),
        configuration.get(WAIT));
  }

  /** Whether a step is evaluated. */
  public boolean isDue(long step) {
    return step == 1 || step % everySteps == 0;
  }
}
