package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Adaptive probabilities of binary decisions, and what mixes them. A state is a probability with 22
 * bits and, below it, the number of decisions seen, up to a limit: the more were seen, the smaller
 * the next step. A mix adds the probabilities' points of the logistic domain with weights (1 is
 * 65536), which follow the gradient of the coded length.
 */
final class Models {
  private static final int COUNT_BITS = 10;
  private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
  private static final int LIMIT = 250;
  private static final int LEAST = 64;
  private static final int GREATEST = (1 << 22) - 64;
  private static final int[] STEP = new int[LIMIT + 1];
  private static final int GREATEST_WEIGHT = 1 << 20;

  static {
    for (int count = 0; count <= LIMIT; count++) {
      STEP[count] = 65536 * 2 / (2 * count + 3);
    }
  }

  private final int[] states = new int[Layout.STATES];
  private final int[] weights = new int[Layout.MIXES * Layout.INPUTS];
  private final int[] slots = new int[Layout.INPUTS];
  private final int[] points = new int[Layout.INPUTS];
  private final int rate;

  /**
   * @param rate how fast weights move
   */
  Models(int rate) {
    this.rate = rate;
  }

  /** States of which nothing is known: all decisions are even, all inputs count alike. */
  static int[] unknownStates() {
    int[] states = new int[Layout.STATES];
    Arrays.fill(states, state(1 << 21, 0));
    return states;
  }

  /** Weights that take the mean of a mix's inputs, a little amplified. */
  static int[] evenWeights() {
    int[] weights = new int[Layout.MIXES * Layout.INPUTS];
    Arrays.fill(weights, 36_000);
    Arrays.fill(weights, 0, Layout.MIX_MAJORITY * Layout.INPUTS, 20_000);
    return weights;
  }

  static int state(int probability22, int count) {
    return probability22 << COUNT_BITS | count;
  }

  static int probability22(int state) {
    return state >>> COUNT_BITS;
  }

  static int count(int state) {
    return state & COUNT_MASK;
  }

  void load(int[] newStates, int[] newWeights) {
    System.arraycopy(newStates, 0, states, 0, states.length);
    System.arraycopy(newWeights, 0, weights, 0, weights.length);
  }

  int[] states() {
    return states;
  }

  int[] weights() {
    return weights;
  }

  /** Codes a decision in one context. */
  int bit(BitCoder coder, int slot, int bit) {
    int coded = coder.bit(states[slot] >>> COUNT_BITS + 6, bit);
    update(slot, coded);
    return coded;
  }

  /** Names the context of an input of the next mix. */
  void input(int index, int slot) {
    slots[index] = slot;
  }

  /** Codes a decision in the contexts that were named, the first {@code inputs} of them. */
  int mixed(BitCoder coder, int inputs, int mix, int bit) {
    int base = mix * Layout.INPUTS;
    long sum = 0;
    for (int index = 0; index < inputs; index++) {
      int point = Logistic.stretch(states[slots[index]] >>> COUNT_BITS + 6);
      points[index] = point;
      sum += (long) weights[base + index] * point;
    }
    long point = sum >> 16;
    int probability =
        Logistic.squash(
            point > Logistic.DOMAIN
                ? Logistic.DOMAIN
                : point < -Logistic.DOMAIN ? -Logistic.DOMAIN : (int) point);
    int coded = coder.bit(probability, bit);
    int error = ((coded << 16) - probability) * rate;
    for (int index = 0; index < inputs; index++) {
      int weight = weights[base + index] + (int) ((long) points[index] * error + (1 << 17) >> 18);
      weights[base + index] = Math.max(-GREATEST_WEIGHT, Math.min(GREATEST_WEIGHT, weight));
      update(slots[index], coded);
    }
    return coded;
  }

  private void update(int slot, int bit) {
    int state = states[slot];
    int count = state & COUNT_MASK;
    int probability = state >>> COUNT_BITS;
    probability += (int) ((long) ((bit << 22) - probability) * STEP[count] >> 16);
    probability = Math.max(LEAST, Math.min(GREATEST, probability));
    states[slot] = probability << COUNT_BITS | (count < LIMIT ? count + 1 : count);
  }
}
