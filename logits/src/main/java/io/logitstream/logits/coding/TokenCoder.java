package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
import static io.logitstream.logits.coding.Logarithms.highestBit;
import static io.logitstream.logits.coding.Logarithms.quarterOctaves;

/**
 * Codes the token that follows a position: as one of the ids that were drawn there, the most
 * frequent first; or as a successor of the token; or by its unigram rank. One thread.
 */
final class TokenCoder {
  /** Ids that are offered one by one. */
  private static final int MOST_OFFERED = 64;

  private static final int AFTER_ROW = 0;
  private static final int WITHOUT_ROW = 1;
  private static final int BY_RANK = 2;

  private final PriorTables tables;
  private final Odds odds;
  private final RecordHistory history;
  private final RowState row;
  private final int[] offered = new int[MOST_OFFERED];

  TokenCoder(PriorTables tables, Odds odds, RecordHistory history, RowState row) {
    this.tables = tables;
    this.odds = odds;
    this.history = history;
    this.row = row;
  }

  /** The first token of a sequence. */
  int first(BitCoder coder, int token) {
    return tables
        .idsByRank[codeNumber(coder, BY_RANK, tables.ranks[token], tables.vocabularySize() - 1)];
  }

  /** The token after a position. */
  int next(BitCoder coder, int next, boolean hasRow) {
    int number = hasRow ? offer() : 0;
    int left = hasRow ? row.outside : 0;
    for (int index = 0; index < number; index++) {
      left += row.count(offered[index]);
    }
    for (int index = 0; index < number; index++) {
      int id = offered[index];
      int count = row.count(id);
      int share = clamp(quarterOctaves(count) - quarterOctaves(left + 1) + 31, 31);
      if (odds.decide(
              coder,
              id == next ? 1 : 0,
              Layout.TOKEN_SHARE + share * 16 + Math.min(index, 15),
              Layout.TOKEN_HISTORY + share * 16 + historyContext(IdStates.at(id)),
              Layout.TOKEN_UNIGRAM + (tables.unigramLevels[id] >> 1) * 32 + share)
          == 1) {
        return id;
      }
      left -= count;
    }
    return escaped(coder, next, number, hasRow ? AFTER_ROW : WITHOUT_ROW);
  }

  private int historyContext(int at) {
    int familiarity = history.familiarity(at);
    if (history.match() < 0) {
      return familiarity;
    }
    int atMatch = history.atMatch(at);
    int matched =
        atMatch == RecordHistory.FOLLOWED ? 3 : atMatch == RecordHistory.NOT_DRAWN ? 1 : 2;
    return 4 * matched + familiarity;
  }

  /** The first ids that were drawn, by count; those of equal counts as they were coded. */
  private int offer() {
    int number = Math.min(MOST_OFFERED, row.draws);
    for (int index = 0; index < number; index++) {
      int id = row.drawn()[index];
      int place = index;
      while (place > 0 && row.count(offered[place - 1]) < row.count(id)) {
        offered[place] = offered[place - 1];
        place--;
      }
      offered[place] = id;
    }
    return number;
  }

  private int escaped(BitCoder coder, int next, int number, int context) {
    int start = tables.starts[row.token];
    int size = tables.starts[row.token + 1] - start;
    int place = coder.reads() ? -1 : place(start, size, next);
    int slot = Layout.TOKEN_LISTED + context * 8 + Math.min(7, tables.evidence[row.token]);
    int id;
    if (size > 0 && odds.decide(coder, place >= 0 ? 1 : 0, slot) == 1) {
      id = tables.ids[start + codeNumber(coder, context, place, size - 1)];
    } else {
      id =
          tables
              .idsByRank[
              codeNumber(coder, BY_RANK, tables.ranks[next], tables.vocabularySize() - 1)];
      if (coder.reads() && place(start, size, id) >= 0) {
        throw new IllegalArgumentException(
            "token %d is coded as if it were unlisted".formatted(id));
      }
    }
    refuseOffered(id, number);
    return id;
  }

  /** The place of an id in a list; -1 where the list lacks it. */
  private int place(int start, int size, int id) {
    for (int place = 0; place < size; place++) {
      if (tables.ids[start + place] == id) {
        return place;
      }
    }
    return -1;
  }

  private void refuseOffered(int id, int number) {
    for (int index = 0; index < number; index++) {
      if (offered[index] == id) {
        throw new IllegalArgumentException("token %d was offered and refused".formatted(id));
      }
    }
  }

  private int codeNumber(BitCoder coder, int context, int value, int greatest) {
    int longest = highestBit(greatest + 1);
    int length = highestBit(value + 1);
    int slot = Layout.TOKEN_GAP + context * Layout.STEPS;
    int coded = 0;
    while (coded < longest && odds.decide(coder, length > coded ? 1 : 0, slot + coded) == 1) {
      coded++;
    }
    int number = 1 << coded | coder.raw(coded, value + 1 & (1 << coded) - 1);
    if (number - 1 > greatest) {
      throw new IllegalArgumentException(
          "number %d, expected at most %d".formatted(number - 1, greatest));
    }
    return number - 1;
  }
}
