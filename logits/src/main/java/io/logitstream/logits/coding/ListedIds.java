package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

/** The successors of the token that have little chance: is there another one, and how far down. */
final class ListedIds {
  private final PriorTables tables;
  private final Odds odds;
  private final NumberCoder numbers;
  private final CountCoder counts;
  private final RowState row;

  ListedIds(PriorTables tables, Odds odds, NumberCoder numbers, CountCoder counts, RowState row) {
    this.tables = tables;
    this.odds = odds;
    this.numbers = numbers;
    this.counts = counts;
    this.row = row;
  }

  /**
   * Codes them.
   *
   * @param first the first entry of the list that was not decided on
   */
  void code(BitCoder coder, int first) {
    int entry = first;
    int end = tables.starts[row.token + 1];
    while (entry < end && row.left > 0) {
      long massListed = tables.listMass[row.token] - tables.massBefore[entry];
      int next = coder.reads() ? -1 : next(entry, end);
      if (odds.decide(coder, next >= 0 ? 1 : 0, moreSlot(massListed)) == 0) {
        row.massLeft -= massListed;
        return;
      }
      entry = codeNext(coder, entry, end, next) + 1;
    }
  }

  private int moreSlot(long massListed) {
    int expected =
        clamp(row.leftQuarters() + quarterOctaves(massListed) - row.massLeftQuarters() + 40, 63);
    return Layout.MORE + expected * 4 + Math.min(3, row.left - 1);
  }

  private int codeNext(BitCoder coder, int entry, int end, int next) {
    int density =
        clamp(
            RowState.EXPECTATION_OFFSET + 15 - row.expectation(tables.levels[entry]),
            Layout.GAPS - 1);
    int place = Math.min(15, quarterOctaves(entry - tables.starts[row.token] + 1) / 3);
    int reached =
        entry
            + numbers.gap(
                coder,
                Layout.LIST_GAP + density * Layout.STEPS,
                Layout.LIST_GAP_PLACE + (place * 8 + row.leftContext()) * Layout.STEPS,
                next - entry,
                end - 1 - entry);
    int id = tables.ids[reached];
    row.massLeft -=
        tables.massBefore[reached]
            - tables.massBefore[entry]
            + Logarithms.mass(tables.levels[reached]);
    row.decideOnce(id);
    counts.code(coder, id, 0, 0);
    return reached;
  }

  private int next(int first, int end) {
    for (int entry = first; entry < end; entry++) {
      int id = tables.ids[entry];
      if (row.count(id) > 0 && !row.isDecided(IdStates.at(id))) {
        return entry;
      }
    }
    return -1;
  }
}
