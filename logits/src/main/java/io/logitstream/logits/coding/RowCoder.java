package io.logitstream.logits.coding;

/**
 * Codes which ids were drawn at a position, and how often, in four tiers: the successors of the
 * token that have a fair chance, one by one; then the ids of the place in the record that is most
 * alike; then the rest of the list; then all other ids. It ends when the counts have reached the
 * sample size. One thread.
 */
final class RowCoder {
  private final RowState row;
  private final LikelyIds likely;
  private final EchoedIds echoed;
  private final ListedIds listed;
  private final UnlistedIds unlisted;

  RowCoder(PriorTables tables, Odds odds, RecordHistory history, RowState row) {
    this.row = row;
    NumberCoder numbers = new NumberCoder(odds);
    CountCoder counts = new CountCoder(odds, numbers, row);
    likely = new LikelyIds(tables, odds, counts, history, row);
    echoed = new EchoedIds(tables, odds, counts, history, row);
    listed = new ListedIds(tables, odds, numbers, counts, row);
    unlisted = new UnlistedIds(tables, numbers, counts, row);
  }

  /**
   * Codes a row, from the sequence or into it.
   *
   * @param mostEntries the most entries of all rows
   */
  void code(BitCoder coder, Sequence sequence, int rowIndex, int mostEntries) {
    row.room = Integer.MAX_VALUE;
    if (coder.reads()) {
      row.room = mostEntries - sequence.offsets()[rowIndex];
    } else {
      row.load(sequence, rowIndex);
    }
    int entry = likely.code(coder);
    if (row.left > 0) {
      echoed.code(coder, sequence);
      listed.code(coder, entry);
      unlisted.code(coder, sequence, rowIndex);
    }
    if (coder.reads()) {
      row.store(sequence, rowIndex);
    }
  }
}
