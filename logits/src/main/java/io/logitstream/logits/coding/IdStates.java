package io.logitstream.logits.coding;

/**
 * What is known of each id while a record is coded, side by side: all that a decision on an id asks
 * for lies in one line of the cache.
 */
final class IdStates {
  /** The position's stamp at which the id was last decided on. */
  static final int DECIDED = 0;

  /** What the matching place had of it: four times the position, and what. */
  static final int MATCHED = 1;

  /** How the record knows it: 0 not at all, 1 drawn once, 2 drawn more often, 3 as a token. */
  static final int FAMILIARITY = 2;

  /** How often it was drawn at the position. */
  static final int COUNT = 3;

  private static final int FIELDS_BITS = 2;

  final int[] fields;

  IdStates(int vocabularySize) {
    fields = new int[vocabularySize << FIELDS_BITS];
    for (int id = 0; id < vocabularySize; id++) {
      fields[at(id) + MATCHED] = -1;
    }
  }

  /** Where the fields of an id begin. */
  static int at(int id) {
    return id << FIELDS_BITS;
  }
}
