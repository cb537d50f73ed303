package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

import java.util.Arrays;

/**
 * Codes which ids were drawn at a position, and how often. The successors of the token that have a
 * fair chance are decided one by one, in the order of their list; then the ids of the place in the
 * record that is most alike; then the rest of the list by gaps; then all other ids by gaps in
 * unigram order. It ends when the counts have reached the sample size. One thread.
 */
final class RowCoder {
  /** Expectations are in quarter octaves above 2^-12. */
  private static final int EXPECTATION_OFFSET = 48;

  /** Successors that are expected less than 2^-5 times are not decided one by one. */
  private static final int LEAST_EXPECTATION = EXPECTATION_OFFSET - 20;

  private static final int UNIT_QUARTERS = 160;
  private static final long LEAST_MASS_LEFT = Logarithms.UNIT >> 8;

  private final PriorTables tables;
  private final Models models;
  private final RecordHistory history;

  /** Counts of the current position by id; 0 elsewhere. */
  private final int[] counts;

  /** Positions at which ids were decided on, counted over all records. */
  private final int[] decidedAt;

  private int stamp;
  private int token;
  private int left;
  private long massLeft;
  private int[] drawn = new int[64];
  private int draws;
  private int[] tail = new int[64];
  private long[] sorted = new long[64];
  private int touched;
  private int[] touchedIds = new int[64];

  RowCoder(PriorTables tables, Models models, RecordHistory history) {
    this.tables = tables;
    this.models = models;
    this.history = history;
    this.counts = new int[tables.vocabularySize()];
    this.decidedAt = new int[tables.vocabularySize()];
  }

  /** Begins a position. */
  void begin(int newToken, int sampleSize) {
    token = newToken;
    left = sampleSize;
    massLeft = Logarithms.UNIT;
    draws = 0;
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(decidedAt, 0);
      stamp = 1;
    }
  }

  /** Forgets the position's counts. */
  void end() {
    for (int index = 0; index < touched; index++) {
      counts[touchedIds[index]] = 0;
    }
    touched = 0;
    draws = 0;
  }

  /** Ids that were drawn at the position, in the order in which they were coded. */
  int[] drawn() {
    return drawn;
  }

  /** Number of ids that were drawn. */
  int draws() {
    return draws;
  }

  /** How often an id was drawn at the position. */
  int count(int id) {
    return counts[id];
  }

  /** Codes a row, from the sequence or into it. */
  void code(BitCoder coder, Sequence sequence, int row, boolean reads, int mostEntries) {
    if (!reads) {
      for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
        put(sequence.ids()[entry], sequence.counts()[entry]);
      }
    }
    int room = reads ? mostEntries - sequence.offsets()[row] : Integer.MAX_VALUE;
    int entry = codeLikely(coder, reads, room);
    codeMatched(coder, sequence, reads, room);
    codeListed(coder, entry, reads, room);
    codeTail(coder, sequence, row, reads, room);
    if (reads) {
      store(sequence, row);
    }
  }

  private int codeLikely(BitCoder coder, boolean reads, int room) {
    int start = tables.starts[token];
    int end = tables.starts[token + 1];
    int evidence = tables.evidence[token];
    int matchLength = Math.min(3, history.matchLength());
    int entry = start;
    for (; entry < end && left > 0; entry++) {
      int id = tables.ids[entry];
      int level = tables.levels[entry];
      int expected = expectation(level);
      if (expected < LEAST_EXPECTATION) {
        break;
      }
      int rest = rest();
      int context = 4 * history.matchContext(id) + history.familiarity(id);
      int rank = entry - start;
      int rankContext = rank < 16 ? rank : Math.min(12 + quarterOctaves(rank) / 4, 31);
      int unigram = tables.unigramLevels[id] >> 1;
      models.input(0, Layout.DRAWN_EXPECTED + (expected * 4 + rest) * 4 + matchLength);
      models.input(1, Layout.DRAWN_RANK + rankContext * Layout.EXPECTATIONS + expected);
      models.input(2, Layout.DRAWN_HISTORY + context * 32 + expected * 2 / 5);
      models.input(3, Layout.DRAWN_EVIDENCE + expected * 8 + evidence);
      models.input(4, Layout.DRAWN_UNIGRAM + unigram * Layout.EXPECTATIONS + expected);
      decidedAt[id] = stamp;
      int isDrawn =
          models.mixed(coder, 5, Layout.MIX_DRAWN + rest * 4 + matchLength, counts[id] > 0 ? 1 : 0);
      massLeft -= Logarithms.mass(level);
      if (isDrawn == 1) {
        codeCount(coder, id, expected, context, reads, room);
      }
    }
    return entry;
  }

  private void codeMatched(BitCoder coder, Sequence sequence, boolean reads, int room) {
    int match = history.match();
    if (match < 0) {
      return;
    }
    codeEcho(coder, sequence.tokens()[match + 1], reads, room);
    int row = history.matchedRow();
    if (row >= 0) {
      for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
        codeEcho(coder, sequence.ids()[entry], reads, room);
      }
    }
  }

  private void codeEcho(BitCoder coder, int id, boolean reads, int room) {
    if (left == 0 || decidedAt[id] == stamp) {
      return;
    }
    decidedAt[id] = stamp;
    int context = 4 * history.matchContext(id) + history.familiarity(id);
    int slot = Layout.ECHO + context * 8 + Math.min(7, quarterOctaves(left) / 2);
    if (models.bit(coder, slot, counts[id] > 0 ? 1 : 0) == 1) {
      codeCount(coder, id, 0, context, reads, room);
    }
  }

  private void codeListed(BitCoder coder, int first, boolean reads, int room) {
    int entry = first;
    int end = tables.starts[token + 1];
    while (entry < end && left > 0) {
      long massListed = tables.listMass[token] - tables.massBefore[entry];
      int expected =
          clamp(quarterOctaves(left) + quarterOctaves(massListed) - quarters(massLeft) + 40, 63);
      int next = reads ? -1 : nextListed(entry, end);
      int slot = Layout.MORE + expected * 4 + Math.min(3, left - 1);
      if (models.bit(coder, slot, next >= 0 ? 1 : 0) == 0) {
        massLeft -= massListed;
        return;
      }
      int density = clamp(EXPECTATION_OFFSET + 15 - expectation(tables.levels[entry]), 63);
      int place = Math.min(15, quarterOctaves(entry - tables.starts[token] + 1) / 3);
      int gap =
          codeGap(
              coder,
              Layout.LIST_GAP + density * Layout.STEPS,
              Layout.LIST_GAP_PLACE + (place * 8 + leftContext()) * Layout.STEPS,
              Layout.MIX_LIST_GAP,
              next - entry,
              end - 1 - entry);
      int reached = entry + gap;
      int id = tables.ids[reached];
      massLeft -=
          tables.massBefore[reached]
              - tables.massBefore[entry]
              + Logarithms.mass(tables.levels[reached]);
      decide(id);
      codeCount(coder, id, 0, 0, reads, room);
      entry = reached + 1;
    }
  }

  private int nextListed(int first, int end) {
    for (int entry = first; entry < end; entry++) {
      int id = tables.ids[entry];
      if (counts[id] > 0 && decidedAt[id] != stamp) {
        return entry;
      }
    }
    return -1;
  }

  private void codeTail(BitCoder coder, Sequence sequence, int row, boolean reads, int room) {
    if (left == 0) {
      return;
    }
    int pending = reads ? 0 : sortTail(sequence, row);
    int listed = tables.starts[token];
    int listEnd = tables.starts[token + 1];
    int vocabularySize = tables.vocabularySize();
    int rank = 0;
    for (int index = 0; left > 0; index++) {
      while (listed < listEnd && tables.listedRanks[listed] == rank) {
        listed++;
        rank++;
      }
      if (rank >= vocabularySize) {
        throw new IllegalArgumentException("no ids are left, and %d draws are".formatted(left));
      }
      int greatest = vocabularySize - rank - (listEnd - listed) - 1;
      int gap = -1;
      if (!reads) {
        if (index >= pending) {
          throw new IllegalArgumentException("the counts of a row are under the sample size");
        }
        gap = tail[index] - rank - listedBetween(listed, listEnd, tail[index]);
      }
      int density =
          clamp(
              quarterOctaves(tables.massFrom[rank])
                  - quarterOctaves(left)
                  - quarters(Logarithms.mass(tables.unigramLevels[tables.idsByRank[rank]])),
              63);
      int place = Math.min(19, quarterOctaves(rank + 1) / 4);
      gap =
          codeGap(
              coder,
              Layout.TAIL_GAP + density * Layout.STEPS,
              Layout.TAIL_GAP_PLACE + (place * 8 + leftContext()) * Layout.STEPS,
              Layout.MIX_TAIL_GAP,
              gap,
              greatest);
      rank += gap;
      while (listed < listEnd && tables.listedRanks[listed] <= rank) {
        listed++;
        rank++;
      }
      int id = tables.idsByRank[rank];
      decide(id);
      codeCount(coder, id, 0, 0, reads, room);
      rank++;
    }
  }

  /** The ranks of ids that were drawn and not coded yet, ascending, in {@link #tail}. */
  private int sortTail(Sequence sequence, int row) {
    int pending = 0;
    int start = sequence.offsets()[row];
    int end = sequence.offsets()[row + 1];
    if (tail.length < end - start) {
      tail = new int[2 * (end - start)];
    }
    for (int entry = start; entry < end; entry++) {
      int id = sequence.ids()[entry];
      if (!isCoded(id)) {
        tail[pending++] = tables.ranks[id];
      }
    }
    Arrays.sort(tail, 0, pending);
    return pending;
  }

  private boolean isCoded(int id) {
    return decidedAt[id] == stamp;
  }

  private int listedBetween(int listed, int listEnd, int rank) {
    int between = 0;
    while (listed + between < listEnd && tables.listedRanks[listed + between] < rank) {
      between++;
    }
    return between;
  }

  private void decide(int id) {
    if (decidedAt[id] == stamp) {
      throw new IllegalArgumentException("id %d is decided on twice".formatted(id));
    }
    decidedAt[id] = stamp;
  }

  /**
   * A number by its length in unary and its bits, in two contexts.
   *
   * @param greatest bound of the number
   */
  private int codeGap(BitCoder coder, int slot, int placeSlot, int mix, int gap, int greatest) {
    int longest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(greatest + 1);
    int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(gap + 1);
    int coded = 0;
    while (coded < longest) {
      models.input(0, slot + coded);
      models.input(1, placeSlot + coded);
      if (models.mixed(coder, 2, mix + coded, length > coded ? 1 : 0) == 0) {
        break;
      }
      coded++;
    }
    int value = 1;
    if (coded > 0) {
      int top = gap + 1 >>> coded - 1 & 1;
      value = 2 | models.bit(coder, Layout.MANTISSA + coded, top);
      int rest = coder.raw(coded - 1, gap + 1 & (1 << coded - 1) - 1);
      value = value << coded - 1 | rest;
    }
    if (value - 1 > greatest) {
      throw new IllegalArgumentException(
          "gap %d, expected at most %d".formatted(value - 1, greatest));
    }
    return value - 1;
  }

  /** How often an id was drawn, of what is left. */
  private void codeCount(
      BitCoder coder, int id, int expected, int context, boolean reads, int room) {
    if (draws >= room) {
      throw new IllegalArgumentException("more entries than these bytes may hold");
    }
    int count = counts[id];
    if (left == 1) {
      count = 1;
    } else {
      int expectedContext = Math.min(15, expected / 5);
      int leftContext = leftContext();
      models.input(0, Layout.MAJORITY_EXPECTED + expectedContext * 8 + leftContext);
      models.input(1, Layout.MAJORITY_HISTORY + context * 8 + leftContext);
      int half = left / 2;
      int majority = models.mixed(coder, 2, Layout.MIX_MAJORITY, count > half ? 1 : 0);
      int slot = Layout.COUNT + ((majority * 16 + expectedContext) * 8 + leftContext) * 16;
      count =
          majority == 1
              ? left - codeUnary(coder, slot, left - count, left - half - 1)
              : 1 + codeUnary(coder, slot, count - 1, half - 1);
    }
    if (reads) {
      put(id, count);
    }
    if (draws == drawn.length) {
      drawn = Arrays.copyOf(drawn, 2 * draws);
    }
    drawn[draws++] = id;
    left -= count;
  }

  /** Small numbers in unary; from 15 on by their bits. */
  private int codeUnary(BitCoder coder, int slot, int value, int greatest) {
    int coded = 0;
    while (coded < greatest && coded < 15) {
      if (models.bit(coder, slot + coded, value > coded ? 1 : 0) == 0) {
        return coded;
      }
      coded++;
    }
    if (coded == greatest) {
      return coded;
    }
    int width = Integer.SIZE - Integer.numberOfLeadingZeros(greatest - 15);
    int rest = coder.raw(width, value - 15);
    if (rest > greatest - 15) {
      throw new IllegalArgumentException(
          "count part %d, expected at most %d".formatted(rest + 15, greatest));
    }
    return 15 + rest;
  }

  private void put(int id, int count) {
    counts[id] = count;
    if (touched == touchedIds.length) {
      touchedIds = Arrays.copyOf(touchedIds, 2 * touched);
    }
    touchedIds[touched++] = id;
  }

  private void store(Sequence sequence, int row) {
    int start = sequence.offsets()[row];
    sequence.ensure(start + draws);
    if (sorted.length < draws) {
      sorted = new long[2 * draws];
    }
    for (int index = 0; index < draws; index++) {
      sorted[index] = (long) drawn[index] << 32 | counts[drawn[index]];
    }
    Arrays.sort(sorted, 0, draws);
    for (int index = 0; index < draws; index++) {
      sequence.ids()[start + index] = (int) (sorted[index] >> 32);
      sequence.counts()[start + index] = (int) sorted[index];
    }
    sequence.offsets()[row + 1] = start + draws;
  }

  /** How often an id of a level is expected among the draws that are left. */
  private int expectation(int level) {
    return clamp(
        quarterOctaves(left) - 2 * level + UNIT_QUARTERS - quarters(massLeft) + EXPECTATION_OFFSET,
        Layout.EXPECTATIONS - 1);
  }

  private static int quarters(long mass) {
    return quarterOctaves(Math.max(mass, LEAST_MASS_LEFT));
  }

  /** How many draws are left: one, few, many, or all of them. */
  private int rest() {
    return left == 1 ? 0 : draws == 0 ? 3 : left < 4 ? 1 : 2;
  }

  private int leftContext() {
    return Math.min(7, quarterOctaves(left) / 3);
  }
}
