package io.logitstream.logits.coding;

import org.jspecify.annotations.Nullable;

/**
 * Codes binary decisions. Each has a few contexts; its log-odds are the sum of what a table has for
 * them, in units of 1/256 nat. The table is part of the prior and stands still while records are
 * coded: a learner makes it from a sample of the stream.
 */
final class Odds {
  private final short[] table;
  private final @Nullable OddsLearner learner;

  /** Codes with a table. */
  Odds(short[] table) {
    this(table, null);
  }

  /**
   * @param learner learns from every decision
   */
  Odds(short[] table, @Nullable OddsLearner learner) {
    this.table = table;
    this.learner = learner;
  }

  /** A decision in one context. */
  int decide(BitCoder coder, int bit, int slot) {
    int coded = coder.bit(Logistic.probability(table[slot]), bit);
    if (learner != null) {
      learner.learn(coded, slot);
    }
    return coded;
  }

  /** A decision in two contexts. */
  int decide(BitCoder coder, int bit, int first, int second) {
    int coded = coder.bit(Logistic.probability(table[first] + table[second]), bit);
    if (learner != null) {
      learner.learn(coded, first, second);
    }
    return coded;
  }

  /** A decision in three contexts. */
  int decide(BitCoder coder, int bit, int first, int second, int third) {
    int coded = coder.bit(Logistic.probability(table[first] + table[second] + table[third]), bit);
    if (learner != null) {
      learner.learn(coded, first, second, third);
    }
    return coded;
  }

  /** A decision in six contexts. */
  int decide(
      BitCoder coder, int bit, int first, int second, int third, int fourth, int fifth, int sixth) {
    int logOdds =
        table[first] + table[second] + table[third] + table[fourth] + table[fifth] + table[sixth];
    int coded = coder.bit(Logistic.probability(logOdds), bit);
    if (learner != null) {
      learner.learn(coded, first, second, third, fourth, fifth, sixth);
    }
    return coded;
  }
}
