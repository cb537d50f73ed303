package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * What the record has shown so far: which ids it has as tokens or drew, and the latest place whose
 * tokens are like those before the current position. One thread; used again for each record.
 */
final class RecordHistory {
  static final int NOT_DRAWN = 0;
  static final int DRAWN_ONCE = 1;
  static final int DRAWN_OFTEN = 2;
  static final int FOLLOWED = 3;

  private static final int LONGEST_WALK = 8;
  private static final int LONGEST_MATCH = 4;

  private final int[] latest;
  private final int[] drawn;
  private final boolean[] isToken;
  private final int[] matchedAt;
  private final byte[] matched;
  private int[] earlier = new int[0];
  private int position;
  private int match;
  private int matchLength;
  private int matchedRow;

  RecordHistory(int vocabularySize) {
    latest = new int[vocabularySize];
    drawn = new int[vocabularySize];
    isToken = new boolean[vocabularySize];
    matchedAt = new int[vocabularySize];
    matched = new byte[vocabularySize];
    Arrays.fill(latest, -1);
    Arrays.fill(matchedAt, -1);
  }

  /** Makes room for a record. */
  void begin(int tokens) {
    if (earlier.length < tokens) {
      earlier = new int[tokens];
    }
  }

  /** Forgets the first {@code positions} positions of a record, and all of its entries. */
  void clear(Sequence sequence, int positions, int entries) {
    for (int index = 0; index < positions; index++) {
      int token = sequence.tokens()[index];
      latest[token] = -1;
      isToken[token] = false;
      matchedAt[token] = -1;
    }
    for (int entry = 0; entry < entries; entry++) {
      drawn[sequence.ids()[entry]] = 0;
      matchedAt[sequence.ids()[entry]] = -1;
    }
  }

  /**
   * Moves to a position: its token, and those before it, are known.
   *
   * @param rows row of each position, or -1
   */
  void moveTo(Sequence sequence, int newPosition, int[] rows) {
    position = newPosition;
    int[] tokens = sequence.tokens();
    int token = tokens[position];
    earlier[position] = latest[token];
    latest[token] = position;
    isToken[token] = true;
    match = -1;
    matchLength = 0;
    int candidate = earlier[position];
    for (int walk = 0; walk < LONGEST_WALK && candidate >= 0; walk++) {
      int length = 1;
      while (length < LONGEST_MATCH
          && candidate >= length
          && tokens[candidate - length] == tokens[position - length]) {
        length++;
      }
      if (length > matchLength) {
        matchLength = length;
        match = candidate;
      }
      candidate = earlier[candidate];
    }
    matchedRow = match < 0 ? -1 : rows[match];
    if (match >= 0) {
      remember(sequence, matchedRow);
      note(tokens[match + 1], FOLLOWED);
    }
  }

  private void remember(Sequence sequence, int row) {
    if (row < 0) {
      return;
    }
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      note(sequence.ids()[entry], sequence.counts()[entry] > 1 ? DRAWN_OFTEN : DRAWN_ONCE);
    }
  }

  private void note(int id, int what) {
    matchedAt[id] = position;
    matched[id] = (byte) what;
  }

  /** The place that is like the current one, or -1. */
  int match() {
    return match;
  }

  /** The row of that place, or -1. */
  int matchedRow() {
    return matchedRow;
  }

  /** How many tokens are alike, from 0 to 4. */
  int matchLength() {
    return matchLength;
  }

  /** What the place that matches had of an id. */
  int atMatch(int id) {
    return matchedAt[id] == position ? matched[id] : NOT_DRAWN;
  }

  /** 0 where nothing matches, else 1 and more by match and id: under 13. */
  int matchContext(int id) {
    return match < 0 ? 0 : 1 + 4 * (Math.min(matchLength, 3) - 1) + atMatch(id);
  }

  /** How the record knows an id: 0 not at all, 1 drawn once, 2 drawn more often, 3 as a token. */
  int familiarity(int id) {
    return isToken[id] ? 3 : Math.min(2, drawn[id]);
  }

  /** Takes in a row that was coded. */
  void add(Sequence sequence, int row) {
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      drawn[sequence.ids()[entry]]++;
    }
  }
}
