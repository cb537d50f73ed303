package io.logitstream.teacher.coding;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;

/**
 * How sampled and top-k logits are packed.
 *
 * @param coding plainly, or entropy-coded
 * @param schedule when priors are learned
 */
public record CodingSettings(PayloadCoding coding, PriorSchedule schedule) {
  private static final Setting<PayloadCoding> CODING =
      Setting.choice(
          "teacher.coding",
          PayloadCoding.class,
          PayloadCoding.CODED,
          "How sampled and top-k logits are packed: coded (under a prior that the teacher learns"
              + " from its own stream and publishes; plainly until there is one) or plain.");
  private static final Setting<Integer> FIRST_RECORDS =
      Setting.integer(
          "teacher.prior-first-records",
          256,
          8,
          1 << 24,
          "Records that the first prior is learned from.");
  private static final Setting<Integer> REFRESH_RECORDS =
      Setting.integer(
          "teacher.prior-refresh-records",
          1 << 16,
          8,
          1 << 24,
          "Records after which a prior is learned anew; earlier, after four times as many as the"
              + " prior before it was learned from.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(CODING, FIRST_RECORDS, REFRESH_RECORDS);

  /** Reads the settings. */
  public static CodingSettings from(Configuration configuration) {
    return new CodingSettings(
        configuration.get(CODING),
        new PriorSchedule(configuration.get(FIRST_RECORDS), configuration.get(REFRESH_RECORDS)));
  }
}
