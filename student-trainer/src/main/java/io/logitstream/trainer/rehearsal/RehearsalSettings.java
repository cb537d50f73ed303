package io.logitstream.trainer.rehearsal;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which older records steps train on beside the live ones.
 *
 * @param share share of a step's records that are rehearsed; 0 for none
 * @param draw how they are drawn
 * @param halfLifeRecords age, in records of the log, at which a record is half as likely, where
 *     they are drawn by recency
 * @param refreshSteps steps after which the window that they are drawn from is moved on
 */
public record RehearsalSettings(
    double share, DrawChoice draw, long halfLifeRecords, int refreshSteps) {
  private static final Setting<Double> SHARE =
      Setting.decimal(
          "rehearsal.share",
          0,
          0,
          0.9,
          "Share of each step's records that are drawn from older ones of teacher-logits, against"
              + " forgetting; 0 for none.");
  private static final Setting<DrawChoice> DRAW =
      Setting.choice(
          "rehearsal.draw",
          DrawChoice.class,
          DrawChoice.UNIFORM,
          "How they are drawn: uniform, recent (likelier the younger) or domains (every domain"
              + " alike).");
  private static final Setting<Long> HALF_LIFE =
      Setting.whole(
          "rehearsal.half-life-records",
          10_000,
          1,
          Long.MAX_VALUE,
          "Age, in records of the log, at which a record is half as likely under recent.");
  private static final Setting<Integer> REFRESH_STEPS =
      Setting.integer(
          "rehearsal.refresh-steps",
          100,
          1,
          1_000_000,
          "Steps after which records trained on meanwhile can be rehearsed too, and those that"
              + " retention will remove no more.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(SHARE, DRAW, HALF_LIFE, REFRESH_STEPS);

  /** The keys of {@link #identity()}, which may all change within a run. */
  public static final Set<String> KEYS =
      SETTINGS.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());

  public RehearsalSettings {
    if (!(share >= 0 && share < 1) || halfLifeRecords < 1 || refreshSteps < 1) {
      throw new IllegalArgumentException(
          "share %s, half-life %d, %d steps: expected a share from 0 to below 1, and at least 1"
              .formatted(share, halfLifeRecords, refreshSteps));
    }
  }

  /** Reads the settings. */
  public static RehearsalSettings from(Configuration configuration) {
    return new RehearsalSettings(
        configuration.get(SHARE),
        configuration.get(DRAW),
        configuration.get(HALF_LIFE),
        configuration.get(REFRESH_STEPS));
  }

  /** Whether anything is rehearsed. */
  public boolean isOn() {
    return share > 0;
  }

  /** How many of a step's records are rehearsed; at least one is live. */
  public int records(int stepRecords) {
    return (int) Math.min(stepRecords - 1L, Math.round(share * stepRecords));
  }

  /** What the result depends on, by key; nothing without rehearsal. */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    if (isOn()) {
      identity.put(SHARE.name(), Double.toString(share));
      identity.put(DRAW.name(), draw.name().toLowerCase(Locale.ROOT));
      identity.put(HALF_LIFE.name(), Long.toString(halfLifeRecords));
      identity.put(REFRESH_STEPS.name(), Integer.toString(refreshSteps));
    }
    return identity;
  }
}
