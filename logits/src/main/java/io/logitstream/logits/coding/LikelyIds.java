package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

/**
 * The successors of the token that have a fair chance, decided one by one in their list's order.
 */
final class LikelyIds {
  /** Successors that are expected less often are not decided one by one. */
  private static final int LEAST_EXPECTATION = RowState.EXPECTATION_OFFSET - 12;

  /** Contexts of places in a list. */
  private static final byte[] PLACES = new byte[ContextPrior.MAX_LIST];

  static {
    for (int place = 0; place < PLACES.length; place++) {
      PLACES[place] = (byte) (place < 16 ? place : Math.min(12 + quarterOctaves(place) / 4, 31));
    }
  }

  private final PriorTables tables;
  private final Odds odds;
  private final CountCoder counts;
  private final RecordHistory history;
  private final RowState row;

  LikelyIds(PriorTables tables, Odds odds, CountCoder counts, RecordHistory history, RowState row) {
    this.tables = tables;
    this.odds = odds;
    this.counts = counts;
    this.history = history;
    this.row = row;
  }

  /** Codes them; the first entry of the list that was not decided on. */
  int code(BitCoder coder) {
    int start = tables.starts[row.token];
    int end = tables.starts[row.token + 1];
    int evidence = tables.evidence[row.token];
    int matchLength = Math.min(3, history.matchLength());
    int entry = start;
    for (; entry < end && row.left > 0; entry++) {
      int level = tables.levels[entry];
      int expected = row.expectation(level);
      if (expected < LEAST_EXPECTATION) {
        break;
      }
      int id = tables.ids[entry];
      int at = IdStates.at(id);
      int context = history.context(at);
      row.decide(at);
      int isDrawn =
          odds.decide(
              coder,
              row.count(id) > 0 ? 1 : 0,
              Layout.DRAWN_EXPECTED + (expected * 4 + row.rest()) * 4 + matchLength,
              Layout.DRAWN_RANK + PLACES[entry - start] * Layout.EXPECTATIONS + expected,
              Layout.DRAWN_HISTORY + context * 32 + expected * 2 / 5,
              Layout.DRAWN_EVIDENCE + expected * 8 + evidence,
              Layout.DRAWN_UNIGRAM
                  + (tables.unigramLevels[id] >> 1) * Layout.EXPECTATIONS
                  + expected,
              Layout.DRAWN_LEFT
                  + (Math.min(31, row.leftQuarters()) * 8 + Math.min(7, row.draws)) * 16
                  + expected / 5);
      row.massLeft -= Logarithms.mass(level);
      if (isDrawn == 1) {
        counts.code(coder, id, expected, context);
      }
    }
    return entry;
  }
}
