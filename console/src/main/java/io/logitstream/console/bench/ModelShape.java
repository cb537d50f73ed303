package io.logitstream.console.bench;

import io.logitstream.model.decoder.ModelConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a Llama's sizes as papers abbreviate them. */
public final class ModelShape {
  private static final Pattern PART = Pattern.compile("(L|d|H|KV|ff|V)([1-9][0-9]{0,8})");
  private static final double EPSILON = 1e-5;
  private static final double THETA = 10_000;

  private ModelShape() {}

  /**
   * Reads {@code L6 d320 H10 KV5 ff1024 V4096}: layers, hidden size, query heads, key/value heads,
   * feed-forward size, vocabulary; heads of d/H, tied embeddings.
   *
   * @param maxPositions longest sequence
   * @throws IllegalArgumentException if a part is missing, unknown or stands there twice
   */
  public static ModelConfig parse(String text, int maxPositions) {
    Map<String, Integer> sizes = new HashMap<>();
    for (String part : text.strip().split("\\s+", -1)) {
      Matcher matcher = PART.matcher(part);
      if (!matcher.matches()
          || sizes.put(matcher.group(1), Integer.valueOf(matcher.group(2))) != null) {
        throw refusal(text);
      }
    }
    if (sizes.size() != 6) {
      throw refusal(text);
    }
    int hidden = sizes.getOrDefault("d", 0);
    int heads = sizes.getOrDefault("H", 0);
    return new ModelConfig(
        sizes.getOrDefault("V", 0),
        hidden,
        sizes.getOrDefault("ff", 0),
        sizes.getOrDefault("L", 0),
        heads,
        sizes.getOrDefault("KV", 0),
        hidden / heads,
        EPSILON,
        THETA,
        true,
        maxPositions,
        null,
        null);
  }

  private static IllegalArgumentException refusal(String text) {
    return new IllegalArgumentException(
        "the shape is '%s', expected all of L d H KV ff V with a number each, such as 'L6 d320 H10 KV5 ff1024 V4096'"
            .formatted(text));
  }
}
