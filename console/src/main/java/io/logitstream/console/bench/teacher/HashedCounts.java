package io.logitstream.console.bench.teacher;

/**
 * Rows of counters by 64-bit keys, which are hashes themselves: a table with open addressing. Two
 * n-grams that share a hash share a row; of twenty million, that is one in a hundred thousand
 * times.
 */
final class HashedCounts {
  private static final double MOST_FILLED = 0.7;
  private static final int LEAST_SLOTS = 1 << 10;

  private final int columns;
  private long[] keys = new long[LEAST_SLOTS];
  private int[] counts;
  private int size;

  /**
   * @param columns counters of a row
   */
  HashedCounts(int columns) {
    this.columns = columns;
    this.counts = new int[LEAST_SLOTS * columns];
  }

  /** Rows that are there. */
  int size() {
    return size;
  }

  /** Adds to a counter, and makes its row where there is none; what it was before. */
  int add(long key, int column, int amount) {
    if (size >= MOST_FILLED * keys.length) {
      grow();
    }
    int slot = slot(keys, nonZero(key));
    if (keys[slot] == 0) {
      keys[slot] = nonZero(key);
      size++;
    }
    int place = slot * columns + column;
    int before = counts[place];
    counts[place] = Math.addExact(before, amount);
    return before;
  }

  /** A counter; 0 where there is no row. */
  int get(long key, int column) {
    int slot = slot(keys, nonZero(key));
    return keys[slot] == 0 ? 0 : counts[slot * columns + column];
  }

  /** How many rows have a value in a column, for the values below a bound. */
  long[] histogram(int column, int bound) {
    long[] rows = new long[bound];
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != 0 && counts[slot * columns + column] < bound) {
        rows[counts[slot * columns + column]]++;
      }
    }
    return rows;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    int slots = Math.multiplyExact(oldKeys.length, 2);
    counts = new int[Math.multiplyExact(slots, columns)];
    keys = new long[slots];
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldKeys[old] != 0) {
        int slot = slot(keys, oldKeys[old]);
        keys[slot] = oldKeys[old];
        System.arraycopy(oldCounts, old * columns, counts, slot * columns, columns);
      }
    }
  }

  /** Where a key is, or would be. */
  private static int slot(long[] keys, long key) {
    int mask = keys.length - 1;
    int slot = (int) (key >>> 20) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /** 0 marks an empty slot. */
  private static long nonZero(long key) {
    return key == 0 ? 1 : key;
  }
}
