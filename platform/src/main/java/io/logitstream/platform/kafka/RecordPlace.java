package io.logitstream.platform.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a record lies in a topic that is named elsewhere.
 *
 * @param partition the partition
 * @param offset the offset
 */
public record RecordPlace(int partition, long offset) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})@([0-9]{1,18})");

  /**
   * Reads PARTITION@OFFSET.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static RecordPlace parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s', expected PARTITION@OFFSET such as 3@1200".formatted(text));
    }
    return new RecordPlace(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  /** PARTITION@OFFSET. */
  @Override
  public String toString() {
    return partition + "@" + offset;
  }
}
