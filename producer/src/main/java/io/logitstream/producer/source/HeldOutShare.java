package io.logitstream.producer.source;

/**
 * Decides by the hash of a document group alone which texts are evaluation data, so that every
 * source, today and later, holds the same groups out.
 *
 * @param perMille groups held out of a thousand, 0 to 1000
 */
public record HeldOutShare(int perMille) {
  private static final int THOUSAND = 1000;

  /** Checks the range. */
  public HeldOutShare {
    if (perMille < 0 || perMille > THOUSAND) {
      throw new IllegalArgumentException(
          "held-out.share is %d per mille, expected 0 to 1000".formatted(perMille));
    }
  }

  /** Whether the group's texts are held out. */
  public boolean holdsOut(String documentGroup) {
    return Long.remainderUnsigned(Hashes.first64("held-out " + documentGroup), THOUSAND) < perMille;
  }
}
