package io.logitstream.logits.coding;

/**
 * Fits a table of log-odds to decisions: logistic regression on the contexts, by gradient descent
 * with a step for each context that shrinks as its gradients add up (AdaGrad; Duchi et al., 2011).
 */
final class OddsLearner {
  private static final float RATE = 0.25f;
  private static final float UNITS_A_NAT = 256;

  private final float[] logOdds = new float[Layout.SLOTS];
  private final float[] squares = new float[Layout.SLOTS];

  /** Begins where nothing is known but that an id is drawn about as often as it is expected. */
  OddsLearner() {
    for (int slot = 0; slot < Layout.EXPECTATIONS * 16; slot++) {
      double expected = Math.pow(2, (slot / 16 - RowState.EXPECTATION_OFFSET) / 4.0);
      // of independent draws: 1 - exp(-expected)
      logOdds[Layout.DRAWN_EXPECTED + slot] =
          (float) Math.max(-6, Math.min(6, Math.log(Math.expm1(Math.min(expected, 20)))));
    }
  }

  /** Takes in a decision and its contexts. */
  void learn(int bit, int... slots) {
    float sum = 0;
    for (int slot : slots) {
      sum += logOdds[slot];
    }
    float error = bit - Logistic.probability(Math.round(sum * UNITS_A_NAT)) / (float) BitCoder.ONE;
    float square = error * error;
    for (int slot : slots) {
      float squared = squares[slot] + square;
      squares[slot] = squared;
      logOdds[slot] += RATE * error / (float) Math.sqrt(1 + squared);
    }
  }

  /** The table as it is coded with. */
  short[] table() {
    short[] table = new short[logOdds.length];
    for (int slot = 0; slot < table.length; slot++) {
      long units = Math.round(logOdds[slot] * UNITS_A_NAT);
      table[slot] = (short) Math.max(-Logistic.LARGEST, Math.min(Logistic.LARGEST, units));
    }
    return table;
  }
}
