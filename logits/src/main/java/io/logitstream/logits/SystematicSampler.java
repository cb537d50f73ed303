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

  /** Ids that are passed over at once: few of a vocabulary are drawn. */
  private static final int BLOCK = 16;

  /** How far the sum of a row of float32 probabilities may be from 1. */
  private static final double TOLERANCE = 0.01;

  private static final float GREATEST_PROBABILITY = (float) (1 + TOLERANCE);
  private static final int GREATEST_PROBABILITY_BITS =
      Float.floatToRawIntBits(GREATEST_PROBABILITY);

  private static final long LEAST_SUM = (long) (SCALE * (1 - TOLERANCE));
  private static final long GREATEST_SUM = (long) (SCALE * (1 + TOLERANCE));

  private final int vocabularySize;
  private final int sampleSize;
  private final long[] cumulative;

  /**
   * @param vocabularySize V
   * @param sampleSize M, from 1 to {@link SampledLogits#MAX_SAMPLE_SIZE}
   */
  public SystematicSampler(int vocabularySize, int sampleSize) {
    Checks.vocabularySize(vocabularySize);
    SampledLogits.checkSampleSize(sampleSize);
    this.vocabularySize = vocabularySize;
    this.sampleSize = sampleSize;
    this.cumulative = new long[vocabularySize];
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
    long sum = accumulate(probabilities, offset);
    long start = unsignedMultiplyHigh(uniform, sum);
    long drawn = 0;
    // the least M C_i + u at which an id is drawn
    long next = sum;
    int id = 0;
    while (id < vocabularySize) {
      int blockEnd = id + BLOCK;
      if (blockEnd <= vocabularySize && sampleSize * cumulative[blockEnd - 1] + start < next) {
        id = blockEnd;
        continue;
      }
      int end = Math.min(blockEnd, vocabularySize);
      for (; id < end; id++) {
        long reached = sampleSize * cumulative[id] + start;
        if (reached >= next) {
          long draws = reached / sum;
          into.add(id, (int) (draws - drawn));
          drawn = draws;
          next = (draws + 1) * sum;
        }
      }
    }
    into.endRow();
  }

  /**
   * Samples whole distributions, each by the random bits of its position.
   *
   * @param spans pairs of a first trained position and the position after the last one; as many
   *     positions as {@code full} has rows
   */
  public SampledLogits sample(
      FullLogits full, int[] spans, String promptId, int window, String revision) {
    SampledLogits.Builder rows =
        new SampledLogits.Builder(full.tokens(), vocabularySize, sampleSize, full.rows());
    float[] probabilities = new float[vocabularySize];
    int row = 0;
    for (int span = 0; span < spans.length; span += 2) {
      for (int position = spans[span]; position < spans[span + 1]; position++) {
        full.probabilities(row++, probabilities);
        sample(probabilities, 0, uniform(promptId, window, position, revision), rows);
      }
    }
    return rows.build();
  }

  private long accumulate(float[] probabilities, int offset) {
    long sum = 0;
    int wrong = 0;
    for (int id = 0; id < vocabularySize; id++) {
      float probability = probabilities[offset + id];
      // The bits of floats from 0 up are ordered like the floats: a sign bit means out of range.
      int bits = Float.floatToRawIntBits(probability);
      wrong |= bits | GREATEST_PROBABILITY_BITS - bits;
      // 2^52 in front makes the mantissa's low bits the nearest integer, with no conversion.
      long scaled = Double.doubleToRawLongBits(probability * SCALE + 0x1p52) & 0xf_ffff_ffff_ffffL;
      sum += scaled;
      cumulative[id] = sum;
    }
    if (wrong < 0) {
      refuseWhatIsNoProbability(probabilities, offset);
    }
    if (sum < LEAST_SUM || sum > GREATEST_SUM) {
      throw new IllegalArgumentException(
          "the probabilities of a row add up to %s, expected 1".formatted(sum / SCALE));
    }
    return sum;
  }

  private void refuseWhatIsNoProbability(float[] probabilities, int offset) {
    for (int id = 0; id < vocabularySize; id++) {
      float probability = probabilities[offset + id];
      // -0 is let through: it has a sign bit, and is 0
      if (!(probability >= 0 && probability <= GREATEST_PROBABILITY)) {
        throw new IllegalArgumentException(
            "the probability of id %d is %s, expected from 0 to 1".formatted(id, probability));
      }
    }
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
