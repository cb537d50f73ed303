package io.logitstream.trainer.ingest;

import io.logitstream.platform.config.ConfigurationException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record that an operator condemned.
 *
 * @param partition the partition of teacher-logits
 * @param offset the offset
 */
public record SkippedRecord(int partition, long offset) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})@([0-9]{1,18})");

  /**
   * Reads PARTITION@OFFSET.
   *
   * @throws ConfigurationException if the text is not of that form
   */
  public static SkippedRecord parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigurationException(
          List.of("train.skip has '%s', expected PARTITION@OFFSET such as 3@1200".formatted(text)));
    }
    return new SkippedRecord(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }
}
