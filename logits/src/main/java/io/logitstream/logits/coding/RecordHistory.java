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

  private static final int TOKEN = 3;
  private static final int LONGEST_WALK = 8;
  private static final int LONGEST_MATCH = 4;

  private final int[] states;
  private final int[] latest;
  private int[] earlier = new int[0];
  private int position;
  private int match;
  private int matchLength;
  private int matchedRow;
  private int matchBase;

  RecordHistory(int vocabularySize, IdStates states) {
    this.states = states.fields;
    latest = new int[vocabularySize];
    Arrays.fill(latest, -1);
  }

  /** Makes room for a record. */
  void begin(int tokens) {
    if (earlier.length < tokens) {
      earlier = new int[tokens];
    }
  }

  /** Forgets the first {@code positions} positions of a record, and its first entries. */
  void clear(Sequence sequence, int positions, int entries) {
    for (int index = 0; index < positions; index++) {
      int token = sequence.tokens()[index];
      latest[token] = -1;
      forget(token);
    }
    for (int entry = 0; entry < entries; entry++) {
      forget(sequence.ids()[entry]);
    }
  }

  private void forget(int id) {
    states[IdStates.at(id) + IdStates.MATCHED] = -1;
    states[IdStates.at(id) + IdStates.FAMILIARITY] = 0;
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
    states[IdStates.at(token) + IdStates.FAMILIARITY] = TOKEN;
    findMatch(tokens);
    matchedRow = match < 0 ? -1 : rows[match];
    matchBase = match < 0 ? -1 : 4 * (1 + 4 * (Math.min(matchLength, 3) - 1));
    if (match >= 0) {
      remember(sequence, matchedRow);
      note(tokens[match + 1], FOLLOWED);
    }
  }

  private void findMatch(int[] tokens) {
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
  }

  private void remember(Sequence sequence, int row) {
    if (row < 0) {
      return;
    }
    int[] ids = sequence.ids();
    int[] counts = sequence.counts();
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      note(ids[entry], counts[entry] > 1 ? DRAWN_OFTEN : DRAWN_ONCE);
    }
  }

  private void note(int id, int what) {
    states[IdStates.at(id) + IdStates.MATCHED] = position << 2 | what;
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
  int atMatch(int at) {
    int noted = states[at + IdStates.MATCHED];
    return noted >> 2 == position ? noted & 3 : NOT_DRAWN;
  }

  /**
   * What the record has shown of an id: by the match's length, what was there, and how the record
   * knows the id otherwise; under {@link Layout#HISTORIES}.
   *
   * @param at where the id's state is
   */
  int context(int at) {
    int familiarity = states[at + IdStates.FAMILIARITY];
    return matchBase < 0 ? familiarity : matchBase + 4 * atMatch(at) + familiarity;
  }

  /** How the record knows an id: 0 not at all, 1 drawn once, 2 drawn more often, 3 as a token. */
  int familiarity(int at) {
    return states[at + IdStates.FAMILIARITY];
  }

  /** Takes in a row that was coded. */
  void add(Sequence sequence, int row) {
    int[] ids = sequence.ids();
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      int at = IdStates.at(ids[entry]) + IdStates.FAMILIARITY;
      if (states[at] < 2) {
        states[at]++;
      }
    }
  }
}
