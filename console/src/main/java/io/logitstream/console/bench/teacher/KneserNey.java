package io.logitstream.console.bench.teacher;

import java.util.ArrayList;
import java.util.List;

/**
 * An n-gram model of token ids with interpolated modified Kneser–Ney smoothing (Chen and Goodman,
 * "An empirical study of smoothing techniques for language modeling", 1999, section 3):
 *
 * <pre>p(w | h) = max(c(h w) - D(c(h w)), 0) / c(h .) + g(h) p(w | h')
 * g(h) = (D1 N1(h) + D2 N2(h) + D3 N3+(h)) / c(h .)</pre>
 *
 * where h' is h without its first token, c counts occurrences at the highest order and different
 * tokens before it at the others, and N counts the tokens after h that have that count. Below the
 * lowest order stands the uniform distribution. Contexts at a text's beginning are filled up with
 * its begin. The lower orders are learned in the same pass: an n-gram that is new has one more
 * token before its ending. One thread.
 */
final class KneserNey {
  private static final int LAST_DISCOUNTED = 3;

  /** Where all is taken from the counts that are there, what was never seen is impossible. */
  private static final double LEAST_DISCOUNT = 0.1;

  /** Columns of a context: all counts, and how many tokens have the count 1, 2, 3 or more. */
  private static final int TOTAL = 0;

  private final int order;
  private final int vocabularySize;
  private final List<HashedCounts> grams = new ArrayList<>();
  private final List<HashedCounts> contexts = new ArrayList<>();
  private double[][] discounts = new double[0][];
  private long tokens;

  /**
   * @param order n, at least 1
   * @param vocabularySize number of token ids
   */
  KneserNey(int order, int vocabularySize) {
    if (order < 1 || vocabularySize < 1) {
      throw new IllegalArgumentException(
          "order %d over %d ids, expected at least 1 of each".formatted(order, vocabularySize));
    }
    this.order = order;
    this.vocabularySize = vocabularySize;
    for (int n = 1; n <= order; n++) {
      grams.add(new HashedCounts(1));
      contexts.add(new HashedCounts(1 + LAST_DISCOUNTED));
    }
  }

  /** Tokens that it has learned from. */
  long tokens() {
    return tokens;
  }

  /**
   * Learns from a text.
   *
   * @param text token ids
   * @param begin what stands before it
   */
  void learn(int[] text, int begin) {
    for (int position = 0; position < text.length; position++) {
      boolean isNew = true;
      for (int n = order; n >= 1 && isNew; n--) {
        isNew = count(n, text, position, begin);
      }
    }
    tokens += text.length;
    discounts = new double[0][];
  }

  /** Counts an n-gram once more; whether it is new. */
  private boolean count(int n, int[] text, int position, int begin) {
    long context = context(n, text, position, begin);
    int before = grams.get(n - 1).add(key(context, text[position]), 0, 1);
    HashedCounts of = contexts.get(n - 1);
    of.add(context, TOTAL, 1);
    if (before < LAST_DISCOUNTED) {
      of.add(context, before + 1, 1);
      if (before > 0) {
        of.add(context, before, -1);
      }
    }
    return before == 0;
  }

  /**
   * The probability of a text's token after those before it.
   *
   * @param begin what stands before the text
   */
  double probability(int[] text, int position, int begin) {
    if (discounts.length == 0) {
      discounts = discounts();
    }
    double probability = 1.0 / vocabularySize;
    for (int n = 1; n <= order; n++) {
      long context = context(n, text, position, begin);
      HashedCounts of = contexts.get(n - 1);
      int total = of.get(context, TOTAL);
      if (total == 0) {
        break; // nor has any longer context been seen
      }
      double[] discount = discounts[n - 1];
      double kept = 0;
      for (int count = 1; count <= LAST_DISCOUNTED; count++) {
        kept += discount[count] * of.get(context, count);
      }
      int count = grams.get(n - 1).get(key(context, text[position]), 0);
      double own = count - discount[Math.min(count, LAST_DISCOUNTED)];
      probability = (own + kept * probability) / total;
    }
    return probability;
  }

  /**
   * Bits of a text: the sum of the negative binary logarithms over its tokens.
   *
   * @param first the first token that counts; those before it are context
   * @param begin what stands before the text
   */
  double bits(int[] text, int first, int begin) {
    double nats = 0;
    for (int position = first; position < text.length; position++) {
      nats -= Math.log(probability(text, position, begin));
    }
    return nats / Math.log(2);
  }

  /** D1, D2 and D3+ of each order, from how many n-grams have the counts 1 to 4. */
  private double[][] discounts() {
    double[][] found = new double[order][];
    for (int n = 1; n <= order; n++) {
      long[] have = grams.get(n - 1).histogram(0, LAST_DISCOUNTED + 2);
      double y = have[1] == 0 ? 0.5 : have[1] / (have[1] + 2.0 * have[2]);
      double[] discount = new double[LAST_DISCOUNTED + 1];
      for (int count = 1; count <= LAST_DISCOUNTED; count++) {
        double more = have[count] == 0 ? 0 : (double) have[count + 1] / have[count];
        // Little text may say that less than nothing, or more than all, is to be taken off.
        discount[count] = Math.max(LEAST_DISCOUNT, Math.min(count, count - (count + 1) * y * more));
      }
      found[n - 1] = discount;
    }
    return found;
  }

  /** A hash of the n - 1 tokens before a position. */
  private static long context(int n, int[] text, int position, int begin) {
    long key = n;
    for (int before = position - n + 1; before < position; before++) {
      key = key(key, before < 0 ? begin : text[before]);
    }
    return key;
  }

  private static long key(long context, int token) {
    long mixed = (context ^ token + 1L) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
    return mixed ^ mixed >>> 29;
  }
}
