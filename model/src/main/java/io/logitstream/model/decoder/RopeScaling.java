package io.logitstream.model.decoder;

import java.util.Arrays;

/** How rotary frequencies are stretched for texts longer than those of pre-training. */
public sealed interface RopeScaling {

  /** {@code rope_type} in config.json. */
  String type();

  /**
   * The scaled frequencies.
   *
   * @param frequencies theta^(−2j/E) for every pair j, in radians a position
   */
  double[] scaled(double[] frequencies, double theta);

  /** What cosines and sines are multiplied by. */
  default double amplitude() {
    return 1;
  }

  /** Frequencies as they are. */
  record None() implements RopeScaling {
    @Override
    public String type() {
      return "default";
    }

    @Override
    public double[] scaled(double[] frequencies, double theta) {
      return frequencies;
    }
  }

  /**
   * All frequencies divided by a factor (position interpolation).
   *
   * @see <a href="https://arxiv.org/abs/2306.15595">Chen et al. 2023</a>
   */
  record Linear(double factor) implements RopeScaling {
    public Linear {
      requirePositive("factor", factor);
    }

    @Override
    public String type() {
      return "linear";
    }

    @Override
    public double[] scaled(double[] frequencies, double theta) {
      return Arrays.stream(frequencies).map(frequency -> frequency / factor).toArray();
    }
  }

  /**
   * Llama 3.1: waves longer than {@code originalPositions / lowFrequencyFactor} are stretched by
   * the factor, those shorter than {@code originalPositions / highFrequencyFactor} are left, and
   * between them the two are blended.
   */
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions)
      implements RopeScaling {
    public Llama3 {
      requirePositive("factor", factor);
      requirePositive("low_freq_factor", lowFrequencyFactor);
      requirePositive("original_max_position_embeddings", originalPositions);
      if (!(highFrequencyFactor > lowFrequencyFactor)) {
        throw new UnsupportedModelException(
            "high_freq_factor is %s, expected more than low_freq_factor (%s)"
                .formatted(highFrequencyFactor, lowFrequencyFactor));
      }
    }

    @Override
    public String type() {
      return "llama3";
    }

    @Override
    public double[] scaled(double[] frequencies, double theta) {
      return Arrays.stream(frequencies).map(this::scaled).toArray();
    }

    private double scaled(double frequency) {
      double waves = originalPositions * frequency / (2 * Math.PI);
      double kept =
          Math.max(
              0,
              Math.min(
                  1, (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)));
      return (1 - kept) * frequency / factor + kept * frequency;
    }
  }

  /**
   * YaRN: coordinates that turn more than {@code betaFast} times over the original length are left,
   * those that turn less than {@code betaSlow} times are stretched by the factor, with a ramp
   * between; and attention is sharpened through the amplitude.
   *
   * @param truncate whether the ramp begins and ends at whole coordinates
   * @see <a href="https://arxiv.org/abs/2309.00071">Peng et al. 2023</a>
   */
  record Yarn(
      double factor,
      int originalPositions,
      double betaFast,
      double betaSlow,
      boolean truncate,
      @Override double amplitude)
      implements RopeScaling {
    public Yarn {
      requirePositive("factor", factor);
      requirePositive("original_max_position_embeddings", originalPositions);
      requirePositive("beta_fast", betaFast);
      requirePositive("beta_slow", betaSlow);
      requirePositive("attention_factor", amplitude);
    }

    /** The amplitude that the paper recommends for a factor: 0.1 · mscale · ln(factor) + 1. */
    public static double recommendedAmplitude(double factor, double mscale) {
      return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    @Override
    public String type() {
      return "yarn";
    }

    @Override
    public double[] scaled(double[] frequencies, double theta) {
      int headSize = 2 * frequencies.length;
      double low = coordinate(betaFast, headSize, theta);
      double high = coordinate(betaSlow, headSize, theta);
      if (truncate) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, headSize - 1);
      if (low == high) {
        high += 0.001;
      }
      double[] scaled = new double[frequencies.length];
      for (int pair = 0; pair < scaled.length; pair++) {
        double stretched = Math.max(0, Math.min(1, (pair - low) / (high - low)));
        scaled[pair] = frequencies[pair] / factor * stretched + frequencies[pair] * (1 - stretched);
      }
      return scaled;
    }

    /** The coordinate that turns so often over the original length. */
    private double coordinate(double turns, int headSize, double theta) {
      return headSize * Math.log(originalPositions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  private static void requirePositive(String key, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new UnsupportedModelException(
          "rope_scaling.%s is %s, expected a positive number".formatted(key, value));
    }
  }
}
