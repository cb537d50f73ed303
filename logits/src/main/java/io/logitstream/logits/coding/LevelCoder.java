package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.highestBit;

import java.util.Arrays;

/**
 * Codes the levels of a TOP_K row (steps of 1/16 nat under the most likely outcome, from 0 to
 * 1023): the tail's first, then those of the ids in the order in which the ids were coded. Of the
 * 10 bits the upper 7 are modelled, one by one in the context of those before, and the lower 3 are
 * coded as they are. The probabilities begin even at each record and follow it.
 *
 * <p>Contexts: of the tail, its level in the row before; of an id, its level at the matching place;
 * or else, where the token's list has it, how far down; or else none. One thread.
 */
final class LevelCoder {
  private static final int MODELLED_BITS = 7;
  private static final int PLAIN_BITS = 3;
  private static final int LEVELS = 1 << MODELLED_BITS + PLAIN_BITS;
  private static final int NODES = 1 << MODELLED_BITS;

  private static final int LISTED = 0;
  private static final int MOST_OCTAVES = 11;
  private static final int UNLISTED = LISTED + MOST_OCTAVES + 1;
  private static final int MATCHED = UNLISTED + 1;
  private static final int MOST_EIGHTS = 15;
  private static final int TAIL = MATCHED + MOST_EIGHTS + 1;
  private static final int CONTEXTS = TAIL + MOST_EIGHTS + 1;

  /** Probabilities move by 2^-1 of what is missing at first, and by 2^-6 in the end. */
  private static final int SLOWEST = 6;

  /** Of this many counts an outcome has its share, and one more. */
  private static final int COUNTED = (1 << 12) - 1;

  /** exp(-level / 16), as a multiple of 2^-30. */
  private static final long[] WEIGHTS = new long[LEVELS];

  static {
    // StrictMath gives the same bits on every machine.
    for (int level = 0; level < LEVELS - 1; level++) {
      WEIGHTS[level] = (long) StrictMath.rint(StrictMath.exp(-level / 16.0) * (1 << 30));
    }
  }

  private final PriorTables tables;
  private final RecordHistory history;
  private final RowState row;
  private final int[] contexts;
  private final char[] probabilities = new char[CONTEXTS * NODES];
  private final byte[] met = new byte[CONTEXTS * NODES];
  private int tailBefore;

  LevelCoder(PriorTables tables, RecordHistory history, RowState row) {
    this.tables = tables;
    this.history = history;
    this.row = row;
    this.contexts = new int[tables.vocabularySize()];
  }

  /**
   * How often each id of a row would be drawn of 4095 draws, and once more.
   *
   * @param levels of the k ids and the tail, from {@code at}
   * @param counts receives k counts, from {@code start}
   * @return the tail's
   * @throws IllegalArgumentException if no outcome has a probability
   */
  static int counts(short[] levels, int at, int k, int[] counts, int start) {
    long sum = 0;
    for (int index = 0; index <= k; index++) {
      sum += WEIGHTS[levels[at + index]];
    }
    if (sum == 0) {
      throw new IllegalArgumentException("no outcome of a row has a probability");
    }
    for (int index = 0; index < k; index++) {
      counts[start + index] = 1 + (int) (WEIGHTS[levels[at + index]] * COUNTED / sum);
    }
    return (int) (WEIGHTS[levels[at + k]] * COUNTED / sum);
  }

  /** The sum of a row's counts, but for rounding and the ones that are added. */
  static int counted() {
    return COUNTED;
  }

  /** Begins a record. */
  void begin() {
    Arrays.fill(probabilities, (char) (BitCoder.ONE / 2));
    Arrays.fill(met, (byte) 0);
    tailBefore = 0;
  }

  /** Codes the levels of a row whose ids are known, from the sequence or into it. */
  void code(BitCoder coder, Sequence sequence, int rowIndex) {
    int k = sequence.sampleSize();
    int start = sequence.offsets()[rowIndex];
    int at = rowIndex * (k + 1);
    short[] levels = sequence.levels();
    findContexts(sequence, k);
    levels[at + k] = (short) level(coder, levels[at + k], TAIL + eighth(tailBefore));
    tailBefore = levels[at + k];
    for (int index = 0; index < k; index++) {
      int id = row.drawn()[index];
      int place = at + Arrays.binarySearch(sequence.ids(), start, start + k, id) - start;
      levels[place] = (short) level(coder, levels[place], contexts[id]);
    }
    row.recount(sequence, rowIndex, counts(levels, at, k, sequence.counts(), start));
  }

  private void findContexts(Sequence sequence, int k) {
    for (int index = 0; index < k; index++) {
      contexts[row.drawn()[index]] = UNLISTED;
    }
    int first = -1;
    for (int entry = tables.starts[row.token]; entry < tables.starts[row.token + 1]; entry++) {
      int id = tables.ids[entry];
      if (row.count(id) > 0) {
        first = first < 0 ? tables.levels[entry] : first;
        contexts[id] = LISTED + Math.min(MOST_OCTAVES, tables.levels[entry] - first >> 1);
      }
    }
    int matched = history.matchedRow();
    if (matched >= 0) {
      int start = sequence.offsets()[matched];
      for (int index = 0; index < k; index++) {
        int level = sequence.levels()[matched * (k + 1) + index];
        contexts[sequence.ids()[start + index]] = MATCHED + eighth(level);
      }
    }
  }

  private static int eighth(int level) {
    return Math.min(MOST_EIGHTS, level >> PLAIN_BITS);
  }

  private int level(BitCoder coder, int level, int context) {
    int node = 1;
    for (int shift = MODELLED_BITS + PLAIN_BITS - 1; shift >= PLAIN_BITS; shift--) {
      node = node << 1 | bit(coder, level >>> shift & 1, context * NODES + node);
    }
    int plain = (1 << PLAIN_BITS) - 1;
    return node - NODES << PLAIN_BITS | coder.raw(PLAIN_BITS, level & plain);
  }

  private int bit(BitCoder coder, int bit, int slot) {
    int probability = probabilities[slot];
    int coded = coder.bit(probability, bit);
    int shift = 1 + highestBit(met[slot] + 1);
    met[slot] += shift < SLOWEST ? 1 : 0;
    probabilities[slot] =
        (char)
            (coded == 1
                ? probability + (BitCoder.ONE - 1 - probability >> shift)
                : probability - (probability >> shift));
    return coded;
  }
}
