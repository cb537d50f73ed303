package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Weights of pairs of ids, in a hash table of bounded size. When it is full, the lightest pairs are
 * forgotten.
 */
final class PairWeights {
  private final int mostSlots;
  private long[] keys = new long[1 << 12];
  private int[] weights = new int[1 << 12];
  private int size;

  /**
   * @param mostSlots a power of two; up to three quarters of them are filled
   */
  PairWeights(int mostSlots) {
    this.mostSlots = mostSlots;
  }

  void add(int first, int second, int weight) {
    long key = ((long) first << 32 | second) + 1;
    int slot = slot(key);
    if (keys[slot] == 0) {
      if (size >= keys.length / 4 * 3) {
        makeRoom();
        slot = slot(key);
      }
      keys[slot] = key;
      size++;
    }
    weights[slot] = (int) Math.min(Integer.MAX_VALUE, (long) weights[slot] + weight);
  }

  /** Halves all weights; pairs of weight 1 are forgotten. */
  void fade() {
    for (int slot = 0; slot < weights.length; slot++) {
      weights[slot] >>= 1;
    }
    rebuild(keys.length, 0);
  }

  /** Receives pairs. */
  interface Visitor {
    void pair(int first, int second, int weight);
  }

  void forEach(Visitor visitor) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != 0) {
        long pair = keys[slot] - 1;
        visitor.pair((int) (pair >> 32), (int) pair, weights[slot]);
      }
    }
  }

  int size() {
    return size;
  }

  private void makeRoom() {
    if (keys.length < mostSlots) {
      rebuild(2 * keys.length, 0);
      return;
    }
    int[] sorted = Arrays.copyOf(weights, weights.length);
    Arrays.sort(sorted);
    // Half of the pairs go, and with them those that weigh the same.
    rebuild(keys.length, sorted[sorted.length - size / 2]);
  }

  private void rebuild(int slots, int greatestForgotten) {
    long[] oldKeys = keys;
    int[] oldWeights = weights;
    keys = new long[slots];
    weights = new int[slots];
    size = 0;
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldKeys[old] != 0 && oldWeights[old] > greatestForgotten) {
        int slot = slot(oldKeys[old]);
        keys[slot] = oldKeys[old];
        weights[slot] = oldWeights[old];
        size++;
      }
    }
  }

  private int slot(long key) {
    long hash = key * 0x9e3779b97f4a7c15L;
    int mask = keys.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
