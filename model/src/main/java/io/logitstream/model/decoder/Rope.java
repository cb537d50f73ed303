package io.logitstream.model.decoder;

/**
 * Rotary position embedding: coordinates j and j + E/2 of a head turn by position · frequency j.
 *
 * @param theta base of the wavelengths: frequency j is theta^(−2j/E)
 * @param scaling how the frequencies are changed for texts longer than those of pre-training
 * @see <a href="https://arxiv.org/abs/2104.09864">RoFormer</a>
 */
public record Rope(double theta, RopeScaling scaling) {
  public Rope {
    if (!(theta > 0) || Double.isInfinite(theta)) {
      throw new UnsupportedModelException(
          "rope_theta is %s, expected a positive number".formatted(theta));
    }
  }

  /** Unscaled. */
  public static Rope plain(double theta) {
    return new Rope(theta, new RopeScaling.None());
  }

  /** Radians a position of each pair of coordinates, (E/2). */
  public double[] frequencies(int headSize) {
    double[] frequencies = new double[headSize / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      frequencies[pair] = 1.0 / Math.pow(theta, 2.0 * pair / headSize);
    }
    return scaling.scaled(frequencies, theta);
  }
}
