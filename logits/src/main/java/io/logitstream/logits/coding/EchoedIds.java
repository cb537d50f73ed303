package io.logitstream.logits.coding;

/** What the place in the record that is most alike had: the token that followed, the ids drawn. */
final class EchoedIds {
  private final PriorTables tables;
  private final Odds odds;
  private final CountCoder counts;
  private final RecordHistory history;
  private final RowState row;

  EchoedIds(PriorTables tables, Odds odds, CountCoder counts, RecordHistory history, RowState row) {
    this.tables = tables;
    this.odds = odds;
    this.counts = counts;
    this.history = history;
    this.row = row;
  }

  /** Codes those that were not decided on yet. */
  void code(BitCoder coder, Sequence sequence) {
    int match = history.match();
    if (match < 0) {
      return;
    }
    code(coder, sequence.tokens()[match + 1]);
    int matched = history.matchedRow();
    if (matched >= 0) {
      int end = sequence.offsets()[matched + 1];
      for (int entry = sequence.offsets()[matched]; entry < end && row.left > 0; entry++) {
        code(coder, sequence.ids()[entry]);
      }
    }
  }

  private void code(BitCoder coder, int id) {
    int at = IdStates.at(id);
    if (row.left == 0 || row.isDecided(at)) {
      return;
    }
    row.decide(at);
    int context = history.context(at);
    int isDrawn =
        odds.decide(
            coder,
            row.count(id) > 0 ? 1 : 0,
            Layout.ECHO_HISTORY + context * 8 + row.leftContext(),
            Layout.ECHO_UNIGRAM + (tables.unigramLevels[id] >> 1) * 8 + row.leftContext());
    if (isDrawn == 1) {
      counts.code(coder, id, 0, context);
    }
  }
}
