package io.logitstream.logits;

/**
 * Systematic sampling of a distribution over V ids with M draws from one uniform number:
 *
 * <pre>c_i = floor((M C_i + u) / Q) - floor((M C_(i-1) + u) / Q)</pre>
 *
 * where C is the cumulative sum of the probabilities as integers, Q their whole sum and u uniform
 * in [0, Q). The expectation of c_i is exactly M times the i-th probability, its variance at most
 * 1/4, and the counts add up to M. Probabilities and sums are integers because a sum of floats need
 * not even be monotone.
 *
 * <p>Keeps scratch memory: one thread at a time.
 */
public final class SystematicSampler {
  /** Probabilities are multiples of 2^-45: M of at most 2^16 times their sum fits into 63 bits. */
  private static final double SCALE = 0x1p45;

  /** How far the sum of a row of float32 probabilities may be from 1. */
  private static final double TOLERANCE = 0.01;

  private static final long LEAST_SUM = (long) (SCALE * (1 - TOLERANCE));
  private static final long GREATEST_SUM = (long) (SCALE * (1 + TOLERANCE));

  private final int vocabularySize;
  private final int sampleSize;
  private final long[] fixedPoint;

  /**
   * @param vocabularySize V
   * @param sampleSize M, from 1 to {@link SampledLogits#MAX_SAMPLE_SIZE}
   */
  public SystematicSampler(int vocabularySize, int sampleSize) {
    Checks.vocabularySize(vocabularySize);
    SampledLogits.checkSampleSize(sampleSize);
    this.vocabularySize = vocabularySize;
    this.sampleSize = sampleSize;
    this.fixedPoint = new long[vocabularySize];
  }

  /** M. */
  public int sampleSize() {
    return sampleSize;
  }

  /**
   * Samples one position and ends its row.
   *
   * @param probabilities float32, from {@code offset}, V of them, with a sum of about 1
   * @param uniform 64 random bits, see {@link #uniform}
   * @param into receives the row
   * @throws IllegalArgumentException if a probability is negative or not finite, or if they do not
   *     add up to about 1
   */
  public void sample(float[] probabilities, int offset, long uniform, SampledLogits.Builder into) {
    long sum = toFixedPoint(probabilities, offset);
    // M C_i + u modulo Q: an id is drawn each time that this passes Q
    long remainder = unsignedMultiplyHigh(uniform, sum);
    for (int id = 0; id < vocabularySize; id++) {
      remainder += sampleSize * fixedPoint[id];
      if (remainder >= sum) {
        long count = remainder / sum;
        remainder -= count * sum;
        into.add(id, (int) count);
      }
    }
    into.endRow();
  }

  private long toFixedPoint(float[] probabilities, int offset) {
    long sum = 0;
    for (int id = 0; id < vocabularySize; id++) {
      float probability = probabilities[offset + id];
      if (!(probability >= 0 && probability <= 1 + TOLERANCE)) {
        throw new IllegalArgumentException(
            "the probability of id %d is %s, expected from 0 to 1".formatted(id, probability));
      }
      long scaled = (long) (probability * SCALE);
      fixedPoint[id] = scaled;
      sum += scaled;
    }
    if (sum < LEAST_SUM || sum > GREATEST_SUM) {
      throw new IllegalArgumentException(
          "the probabilities of a row add up to %s, expected 1".formatted(sum / SCALE));
    }
    return sum;
  }

  /**
   * The random bits of a position: the same for the same position whoever scores it, and forever.
   *
   * <p>FNV-1a (64 bits) over the UTF-16 code units of promptId, a 0, those of the revision, a 0,
   * the window and the position, each integer four bytes with the low one first and each code unit
   * two; then the finaliser of MurmurHash3.
   */
  public static long uniform(String promptId, int window, int position, String revision) {
    long hash = 0xcbf29ce484222325L;
    hash = mix(mix(hash, promptId), 0);
    hash = mix(mix(hash, revision), 0);
    hash = mix(mix(hash, window), window >>> 16);
    hash = mix(mix(hash, position), position >>> 16);
    hash ^= hash >>> 33;
    hash *= 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    hash *= 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }

  private static long mix(long hash, String text) {
    long mixed = hash;
    for (int index = 0; index < text.length(); index++) {
      mixed = mix(mixed, text.charAt(index));
    }
    return mixed;
  }

  /** Takes in the low 16 bits. */
  private static long mix(long hash, int unit) {
    long prime = 0x100000001b3L;
    long low = (hash ^ unit & 0xff) * prime;
    return (low ^ unit >>> 8 & 0xff) * prime;
  }

  /** The upper 64 bits of the product of an unsigned number and a positive one. */
  private static long unsignedMultiplyHigh(long unsigned, long positive) {
    return Math.multiplyHigh(unsigned, positive) + (unsigned >> 63 & positive);
  }
}
