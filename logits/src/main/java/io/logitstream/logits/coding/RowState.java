package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

import java.util.Arrays;

/** A row while it is coded: what was drawn, and what is left. One thread. */
final class RowState {
  /** Expectations are in quarter octaves above 2^-12. */
  static final int EXPECTATION_OFFSET = 48;

  private static final int UNIT_QUARTERS = 160;
  private static final long LEAST_MASS_LEFT = Logarithms.UNIT >> 8;

  private final int[] states;
  private int[] drawn = new int[64];
  private int[] touched = new int[64];
  private long[] sorted = new long[64];
  private int touchedIds;
  private int stamp;

  int token;
  int draws;
  int left;
  long massLeft;

  /** The most entries that the row may have. */
  int room;

  /** Whether each id is drawn once: the row has the most likely ids. */
  boolean single;

  /** What the tail would have of the counts of the most likely ids. */
  int outside;

  private int leftQuarters;

  RowState(IdStates states) {
    this.states = states.fields;
  }

  /** Begins a position. */
  void begin(int newToken, int sampleSize) {
    token = newToken;
    massLeft = Logarithms.UNIT;
    outside = 0;
    draws = 0;
    left = sampleSize;
    leftQuarters = quarterOctaves(sampleSize);
    if (++stamp == Integer.MAX_VALUE) {
      for (int at = 0; at < states.length; at += IdStates.at(1)) {
        states[at + IdStates.DECIDED] = 0;
      }
      stamp = 1;
    }
  }

  /** Takes the counts of a row that is to be written. */
  void load(Sequence sequence, int row) {
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      put(sequence.ids()[entry], sequence.counts()[entry]);
    }
  }

  /** Stores the row that was read, by id. */
  void store(Sequence sequence, int row) {
    int start = sequence.offsets()[row];
    sequence.ensure(start + draws);
    if (sorted.length < draws) {
      sorted = new long[2 * draws];
    }
    for (int index = 0; index < draws; index++) {
      sorted[index] = (long) drawn[index] << 32 | count(drawn[index]);
    }
    Arrays.sort(sorted, 0, draws);
    for (int index = 0; index < draws; index++) {
      sequence.ids()[start + index] = (int) (sorted[index] >> 32);
      sequence.counts()[start + index] = (int) sorted[index];
    }
    sequence.offsets()[row + 1] = start + draws;
  }

  /** Takes the counts that follow from a row's levels, by id. */
  void recount(Sequence sequence, int row, int outsideOfIt) {
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      states[IdStates.at(sequence.ids()[entry]) + IdStates.COUNT] = sequence.counts()[entry];
    }
    outside = outsideOfIt;
  }

  /** Forgets the position's counts. */
  void end() {
    for (int index = 0; index < touchedIds; index++) {
      states[IdStates.at(touched[index]) + IdStates.COUNT] = 0;
    }
    touchedIds = 0;
    draws = 0;
  }

  /** Ids that were drawn, in the order in which they were coded. */
  int[] drawn() {
    return drawn;
  }

  /** How often an id was drawn. */
  int count(int id) {
    return states[IdStates.at(id) + IdStates.COUNT];
  }

  /** Marks an id as decided on. */
  void decide(int at) {
    states[at + IdStates.DECIDED] = stamp;
  }

  /** Whether an id was decided on. */
  boolean isDecided(int at) {
    return states[at + IdStates.DECIDED] == stamp;
  }

  /**
   * Marks an id as decided on.
   *
   * @throws IllegalArgumentException if it was before
   */
  void decideOnce(int id) {
    if (isDecided(IdStates.at(id))) {
      throw new IllegalArgumentException("id %d is decided on twice".formatted(id));
    }
    decide(IdStates.at(id));
  }

  /** Takes in a draw. */
  void draw(int id, int count, boolean reads) {
    if (reads) {
      put(id, count);
    }
    if (draws == drawn.length) {
      drawn = Arrays.copyOf(drawn, 2 * draws);
    }
    drawn[draws++] = id;
    left -= count;
    leftQuarters = left > 0 ? quarterOctaves(left) : 0;
  }

  private void put(int id, int count) {
    states[IdStates.at(id) + IdStates.COUNT] = count;
    if (touchedIds == touched.length) {
      touched = Arrays.copyOf(touched, 2 * touchedIds);
    }
    touched[touchedIds++] = id;
  }

  /** How often an id of a level is expected among the draws that are left. */
  int expectation(int level) {
    return clamp(
        leftQuarters - 2 * level + UNIT_QUARTERS + EXPECTATION_OFFSET - massLeftQuarters(),
        Layout.EXPECTATIONS - 1);
  }

  int massLeftQuarters() {
    return quarterOctaves(Math.max(massLeft, LEAST_MASS_LEFT));
  }

  /** Quarter octaves of the draws that are left. */
  int leftQuarters() {
    return leftQuarters;
  }

  /** How many draws are left, in eight steps. */
  int leftContext() {
    return Math.min(7, leftQuarters / 3);
  }

  /** How many draws are left: one, few, many, or all of them. */
  int rest() {
    return left == 1 ? 0 : draws == 0 ? 3 : left < 4 ? 1 : 2;
  }
}
