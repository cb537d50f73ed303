package io.logitstream.model.generation;

/**
 * How the next token is chosen.
 *
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topP only the likeliest tokens whose probabilities add up to this are drawn from, in (0,
 *     1]
 * @param seed makes the choice repeatable
 */
public record SamplingSettings(double temperature, double topP, long seed) {
  public SamplingSettings {
    if (!(temperature >= 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature is %s, expected 0 or a positive number".formatted(temperature));
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "top-p is %s, expected more than 0 and at most 1".formatted(topP));
    }
  }

  /** Always the likeliest token. */
  public static SamplingSettings greedy() {
    return new SamplingSettings(0, 1, 0);
  }
}
