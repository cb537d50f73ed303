package io.logitstream.console.bench.codec;

import io.logitstream.schemas.TeacherIdentity;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A teacher over 131,072 ids that writes its own texts. It is fixed by a seed, and about as hard to
 * foresee as natural text is for a large model. Its distributions depend on the last three tokens,
 * through a hash:
 *
 * <pre>p(x | a, b, c) = (1 - e) sum_k w_k [x = d_k] + e bigram(x | a)</pre>
 *
 * where the draws d_k are from bigram(. | a), so that the mean over contexts is the bigram itself;
 * the weights w, geometric after the first one, and e follow from the context's {@link Sharpness}.
 * A bigram is a list of successors with falling weights, drawn by their frequency, mixed with the
 * unigram, which falls as Zipf says.
 */
final class SyntheticTeacher implements BenchTeacher {
  /** V. */
  static final int VOCABULARY = 1 << 17;

  private static final int POSITIONS = 2048;
  private static final int DRAWS = 48;
  private static final int SUCCESSORS = 128;
  private static final double SUCCESSOR_EXPONENT = 1.05;
  private static final double UNIGRAM_SHARE = 0.18;
  private static final double ZIPF_OFFSET = 2.7;

  private final long seed;
  private final int priorWindows;
  private final int windows;
  private final float[] unigram = new float[VOCABULARY];
  private final double[] cumulative = new double[VOCABULARY];
  private final double[] successorWeights = new double[SUCCESSORS];
  private final double[] successorCumulative = new double[SUCCESSORS];

  SyntheticTeacher(long seed, int priorWindows, int measuredWindows) {
    this.seed = seed;
    this.priorWindows = priorWindows;
    this.windows = priorWindows + measuredWindows;
    double sum = 0;
    for (int rank = 0; rank < VOCABULARY; rank++) {
      sum += 1 / (rank + ZIPF_OFFSET);
      cumulative[rank] = sum;
    }
    for (int rank = 0; rank < VOCABULARY; rank++) {
      cumulative[rank] /= sum;
      unigram[id(rank)] = (float) (1 / ((rank + ZIPF_OFFSET) * sum));
    }
    double weights = 0;
    for (int place = 0; place < SUCCESSORS; place++) {
      successorWeights[place] = Math.pow(place + 1, -SUCCESSOR_EXPONENT);
      weights += successorWeights[place];
    }
    double reached = 0;
    for (int place = 0; place < SUCCESSORS; place++) {
      successorWeights[place] *= (1 - UNIGRAM_SHARE) / weights;
      reached += successorWeights[place];
      successorCumulative[place] = reached;
    }
  }

  @Override
  public TeacherIdentity identity() {
    return new TeacherIdentity(
        "synthetic", "seed-" + seed, "0".repeat(64), "0".repeat(64), VOCABULARY);
  }

  @Override
  public int windowPositions() {
    return POSITIONS;
  }

  @Override
  public int priorWindows() {
    return priorWindows;
  }

  @Override
  public int windows() {
    return windows;
  }

  @Override
  public String origin(int window) {
    return "window " + window;
  }

  @Override
  public void score(int first, int end, PositionConsumer consumer) {
    float[] probabilities = new float[VOCABULARY];
    for (int window = first; window < end; window++) {
      SplittableRandom random = new SplittableRandom(mix(seed, window));
      int[] tokens = new int[POSITIONS + 1];
      tokens[0] = token(random.nextDouble());
      for (int position = 0; position < POSITIONS; position++) {
        distribution(tokens, position, probabilities);
        tokens[position + 1] = next(tokens, position, random);
        consumer.accept(window, tokens, position, probabilities, 0);
      }
    }
  }

  /** A token of the position's distribution: of the parts that it is made of, one is drawn. */
  private int next(int[] tokens, int position, SplittableRandom random) {
    int last = tokens[position];
    long context = context(tokens, position);
    Sharpness sharpness = Sharpness.of(uniform(mix(context, -7)));
    if (random.nextDouble() < sharpness.blurred()) {
      return drawn(last, random.nextLong());
    }
    int draw = 0;
    while (draw < DRAWS - 1 && random.nextDouble() >= sharpness.share(draw)) {
      draw++;
    }
    return drawn(last, mix(context, draw));
  }

  private long context(int[] tokens, int position) {
    long context = mix(mix(seed, tokens[position]), position > 0 ? tokens[position - 1] : -1);
    return mix(context, position > 1 ? tokens[position - 2] : -1);
  }

  private void distribution(int[] tokens, int position, float[] out) {
    int last = tokens[position];
    long context = context(tokens, position);
    Sharpness sharpness = Sharpness.of(uniform(mix(context, -7)));
    double blurred = sharpness.blurred();
    float share = (float) (blurred * UNIGRAM_SHARE);
    for (int id = 0; id < VOCABULARY; id++) {
      out[id] = share * unigram[id];
    }
    for (int place = 0; place < SUCCESSORS; place++) {
      out[successor(last, place)] += (float) (blurred * successorWeights[place]);
    }
    double left = 1 - blurred;
    for (int draw = 0; draw < DRAWS; draw++) {
      double weight = draw == DRAWS - 1 ? left : left * sharpness.share(draw);
      out[drawn(last, mix(context, draw))] += (float) weight;
      left -= weight;
    }
  }

  /** The bits of a token after another one under the best bigram model: the true one. */
  double bigramBits(int last, int next) {
    double probability = UNIGRAM_SHARE * unigram[next];
    for (int place = 0; place < SUCCESSORS; place++) {
      if (successor(last, place) == next) {
        probability += successorWeights[place];
      }
    }
    return -Math.log(probability) / Math.log(2);
  }

  private int token(double uniform) {
    int rank = Arrays.binarySearch(cumulative, uniform);
    return id(Math.min(VOCABULARY - 1, rank < 0 ? -rank - 1 : rank));
  }

  private int successor(int token, int place) {
    return token(uniform(mix(mix(seed ^ 0x5851f42d4c957f2dL, token), place)));
  }

  private int drawn(int token, long hash) {
    double uniform = uniform(hash);
    if (uniform >= 1 - UNIGRAM_SHARE) {
      return token((uniform - (1 - UNIGRAM_SHARE)) / UNIGRAM_SHARE);
    }
    int place = Arrays.binarySearch(successorCumulative, uniform);
    return successor(token, Math.min(SUCCESSORS - 1, place < 0 ? -place - 1 : place));
  }

  /** Ids are no ranks: an odd factor scatters them. */
  private static int id(int rank) {
    return rank * 40_503 & VOCABULARY - 1;
  }

  private static double uniform(long hash) {
    return (hash >>> 11) * 0x1p-53;
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
    return mixed ^ mixed >>> 29;
  }

  @Override
  public void close() {
    // holds nothing but memory
  }

  /**
   * How sharp a context is.
   *
   * @param first share of the first draw
   * @param ratio of what is left after a further draw to what was left before it
   * @param blurred share of the bigram
   */
  private record Sharpness(double first, double ratio, double blurred) {
    private static final double SURE = 0.27;
    private static final double OPEN = 0.71;

    /** Share of a draw in what is left before it. */
    double share(int draw) {
      return draw == 0 ? first : 1 - ratio;
    }

    /** A quarter of all contexts are almost sure, a little more are open, the others between. */
    static Sharpness of(double uniform) {
      if (uniform < SURE) {
        double doubt = Math.pow(10, -4 + 2.7 * uniform / SURE);
        return new Sharpness(1 - doubt, 0.7, doubt);
      }
      if (uniform < OPEN) {
        double place = (uniform - SURE) / (OPEN - SURE);
        return new Sharpness(0.8 - 0.45 * place, 0.6 + 0.2 * place, 0.02 + 0.15 * place);
      }
      double place = (uniform - OPEN) / (1 - OPEN);
      return new Sharpness(0.25 - 0.15 * place, 0.86 + 0.1 * place, 0.4 + 0.5 * place);
    }
  }
}
