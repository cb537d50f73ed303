package io.logitstream.trainer.replay;

import io.logitstream.platform.config.ConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Offsets of partitions as people write them: PARTITION@OFFSET, separated by commas. */
public final class Offsets {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})@([0-9]{1,18})");

  private Offsets() {}

  /**
   * Reads offsets.
   *
   * @param name what they are the value of, for the message
   * @throws ConfigurationException if a text is not of that form, or names a partition twice
   */
  public static Map<Integer, Long> parse(String name, List<String> texts) {
    Map<Integer, Long> offsets = new TreeMap<>();
    for (String text : texts) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new ConfigurationException(
            "%s has '%s', expected PARTITION@OFFSET such as 3@1200".formatted(name, text));
      }
      int partition = Integer.parseInt(matcher.group(1));
      if (offsets.put(partition, Long.parseLong(matcher.group(2))) != null) {
        throw new ConfigurationException("%s names partition %d twice".formatted(name, partition));
      }
    }
    return offsets;
  }

  /** Offsets as {@link #parse} reads them. */
  public static String text(Map<Integer, Long> offsets) {
    return new TreeMap<>(offsets)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "@" + entry.getValue())
            .collect(Collectors.joining(","));
  }
}
