package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.clamp;
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
  private final Models models;
  private final RecordHistory history;
  private final RowCoder row;
  private final int[] offered = new int[MOST_OFFERED];

  TokenCoder(PriorTables tables, Models models, RecordHistory history, RowCoder row) {
    this.tables = tables;
    this.models = models;
    this.history = history;
    this.row = row;
  }

  /** The first token of a sequence. */
  int first(BitCoder coder, int token) {
    return tables
        .idsByRank[codeNumber(coder, BY_RANK, tables.ranks[token], tables.vocabularySize() - 1)];
  }

  /** The token after a position. */
  int next(BitCoder coder, int token, int next, boolean hasRow) {
    int number = hasRow ? offer() : 0;
    int left = 0;
    for (int index = 0; index < number; index++) {
      left += row.count(offered[index]);
    }
    for (int index = 0; index < number; index++) {
      int id = offered[index];
      int share = clamp(quarterOctaves(row.count(id)) - quarterOctaves(left + 1) + 31, 31);
      models.input(0, Layout.TOKEN_SHARE + share * 16 + Math.min(index, 15));
      models.input(
          1, Layout.TOKEN_HISTORY + share * 16 + 4 * matchContext(id) + history.familiarity(id));
      if (models.mixed(coder, 2, Layout.MIX_TOKEN, id == next ? 1 : 0) == 1) {
        return id;
      }
      left -= row.count(id);
    }
    return escaped(coder, token, next, number, hasRow ? AFTER_ROW : WITHOUT_ROW);
  }

  private int matchContext(int id) {
    if (history.match() < 0) {
      return 0;
    }
    int atMatch = history.atMatch(id);
    return atMatch == RecordHistory.FOLLOWED ? 3 : atMatch == RecordHistory.NOT_DRAWN ? 1 : 2;
  }

  /** The first ids that were drawn, by count; those of equal counts as they were coded. */
  private int offer() {
    int number = Math.min(MOST_OFFERED, row.draws());
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

  private int escaped(BitCoder coder, int token, int next, int number, int context) {
    int listedGap = -1;
    int choices = 0;
    for (int entry = tables.starts[token]; entry < tables.starts[token + 1]; entry++) {
      int id = tables.ids[entry];
      if (row.count(id) == 0) {
        listedGap = id == next ? choices : listedGap;
        choices++;
      }
    }
    int slot = Layout.TOKEN_LISTED + context * 8 + Math.min(7, tables.evidence[token]);
    if (choices > 0 && models.bit(coder, slot, listedGap >= 0 ? 1 : 0) == 1) {
      return listed(token, codeNumber(coder, context, listedGap, choices - 1));
    }
    int id =
        tables
            .idsByRank[codeNumber(coder, BY_RANK, tables.ranks[next], tables.vocabularySize() - 1)];
    refuseOffered(id, number);
    if (row.count(id) == 0 && isListed(token, id)) {
      throw new IllegalArgumentException("token %d is coded as if it were unlisted".formatted(id));
    }
    return id;
  }

  private int listed(int token, int gap) {
    int skipped = gap;
    for (int entry = tables.starts[token]; entry < tables.starts[token + 1]; entry++) {
      int id = tables.ids[entry];
      if (row.count(id) == 0 && skipped-- == 0) {
        return id;
      }
    }
    throw new IllegalStateException("successor %d of token %d".formatted(gap, token));
  }

  private void refuseOffered(int id, int number) {
    for (int index = 0; index < number; index++) {
      if (offered[index] == id) {
        throw new IllegalArgumentException("token %d was offered and refused".formatted(id));
      }
    }
  }

  private boolean isListed(int token, int id) {
    for (int entry = tables.starts[token]; entry < tables.starts[token + 1]; entry++) {
      if (tables.ids[entry] == id) {
        return true;
      }
    }
    return false;
  }

  private int codeNumber(BitCoder coder, int context, int value, int greatest) {
    int longest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(greatest + 1);
    int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value + 1);
    int slot = Layout.TOKEN_GAP + context * Layout.STEPS;
    int coded = 0;
    while (coded < longest && models.bit(coder, slot + coded, length > coded ? 1 : 0) == 1) {
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
