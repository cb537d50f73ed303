package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

import java.util.Arrays;

/** All ids that the token's list lacks, by gaps in unigram order. */
final class UnlistedIds {
  private final PriorTables tables;
  private final NumberCoder numbers;
  private final CountCoder counts;
  private final RowState row;
  private int[] pending = new int[64];
  private int listed;
  private int listEnd;

  UnlistedIds(PriorTables tables, NumberCoder numbers, CountCoder counts, RowState row) {
    this.tables = tables;
    this.numbers = numbers;
    this.counts = counts;
    this.row = row;
  }

  /** Codes those that were not decided on, until no draws are left. */
  void code(BitCoder coder, Sequence sequence, int rowIndex) {
    if (row.left == 0) {
      return;
    }
    int waiting = coder.reads() ? 0 : sortPending(sequence, rowIndex);
    listed = tables.starts[row.token];
    listEnd = tables.starts[row.token + 1];
    int rank = 0;
    for (int index = 0; row.left > 0; index++) {
      rank = afterListed(rank);
      if (rank >= tables.vocabularySize()) {
        throw new IllegalArgumentException("no ids are left, and %d draws are".formatted(row.left));
      }
      int gap = -1;
      if (!coder.reads()) {
        if (index >= waiting) {
          throw new IllegalArgumentException("the counts of a row are under the sample size");
        }
        gap = pending[index] - rank - listedUpTo(pending[index]);
      }
      rank = reached(rank, codeGap(coder, rank, gap));
      int id = tables.idsByRank[rank];
      row.decideOnce(id);
      counts.code(coder, id, 0, 0);
      rank++;
    }
  }

  private int codeGap(BitCoder coder, int rank, int gap) {
    int density =
        clamp(
            quarterOctaves(tables.massFrom[rank])
                - row.leftQuarters()
                - quarterOctaves(
                    Math.max(
                        Logarithms.mass(tables.unigramLevels[tables.idsByRank[rank]]),
                        Logarithms.UNIT >> 32)),
            Layout.GAPS - 1);
    int place = Math.min(19, quarterOctaves(rank + 1) / 4);
    return numbers.gap(
        coder,
        Layout.TAIL_GAP + density * Layout.STEPS,
        Layout.TAIL_GAP_PLACE + (place * 8 + row.leftContext()) * Layout.STEPS,
        gap,
        tables.vocabularySize() - rank - (listEnd - listed) - 1);
  }

  /** The first rank from a rank on that the list lacks. */
  private int afterListed(int rank) {
    int after = rank;
    while (listed < listEnd && tables.listedRanks[listed] == after) {
      listed++;
      after++;
    }
    return after;
  }

  /** The rank that is reached over a gap of unlisted ones. */
  private int reached(int rank, int gap) {
    int reached = rank + gap;
    while (listed < listEnd && tables.listedRanks[listed] <= reached) {
      listed++;
      reached++;
    }
    return reached;
  }

  private int listedUpTo(int rank) {
    int between = 0;
    while (listed + between < listEnd && tables.listedRanks[listed + between] < rank) {
      between++;
    }
    return between;
  }

  /** The ranks of ids that were drawn and not coded yet, ascending; how many there are. */
  private int sortPending(Sequence sequence, int rowIndex) {
    int waiting = 0;
    int start = sequence.offsets()[rowIndex];
    int end = sequence.offsets()[rowIndex + 1];
    if (pending.length < end - start) {
      pending = new int[2 * (end - start)];
    }
    for (int entry = start; entry < end; entry++) {
      int id = sequence.ids()[entry];
      if (!row.isDecided(IdStates.at(id))) {
        pending[waiting++] = tables.ranks[id];
      }
    }
    Arrays.sort(pending, 0, waiting);
    return waiting;
  }
}
