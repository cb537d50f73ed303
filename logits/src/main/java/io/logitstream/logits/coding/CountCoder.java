package io.logitstream.logits.coding;

/** Codes how often an id was drawn, of the draws that are left. */
final class CountCoder {
  private final Odds odds;
  private final NumberCoder numbers;
  private final RowState row;

  CountCoder(Odds odds, NumberCoder numbers, RowState row) {
    this.odds = odds;
    this.numbers = numbers;
    this.row = row;
  }

  /**
   * Codes the count of an id that was drawn, and takes it in: once or more often; then more than
   * half of what is left or not; then how far it is from that end. Nothing where each id is drawn
   * once.
   *
   * @param expected how often it was expected, 0 where that is not known
   * @param history what the record has shown of it
   */
  void code(BitCoder coder, int id, int expected, int history) {
    if (row.draws >= row.room) {
      throw new IllegalArgumentException("more entries than these bytes may hold");
    }
    if (row.single) {
      row.draw(id, 1, coder.reads());
      return;
    }
    int left = row.left;
    int count = row.count(id);
    if (left == 1) {
      count = 1;
    } else {
      coder.enter(CodedParts.COUNTS);
      int leftContext = row.leftContext();
      int isOne =
          odds.decide(
              coder,
              count == 1 ? 1 : 0,
              Layout.ONE_EXPECTED + expected * 8 + leftContext,
              Layout.ONE_HISTORY + history * 8 + leftContext);
      count = isOne == 1 ? 1 : several(coder, count, expected, history, leftContext);
      coder.enter(CodedParts.IDS);
    }
    row.draw(id, count, coder.reads());
  }

  private int several(BitCoder coder, int count, int expected, int history, int leftContext) {
    int left = row.left;
    int half = left / 2;
    if (half < 2) {
      // of two or three draws that are left: all, or all but one
      return left == 2 ? 2 : left - majority(coder, left - count, expected, leftContext, 1);
    }
    int isMajority =
        odds.decide(
            coder,
            count > half ? 1 : 0,
            Layout.MAJORITY_EXPECTED + expected * 8 + leftContext,
            Layout.MAJORITY_HISTORY + history * 8 + leftContext);
    return isMajority == 1
        ? left - majority(coder, left - count, expected, leftContext, left - half - 1)
        : 2 + numbers.small(coder, slot(0, expected, leftContext), count - 2, half - 2);
  }

  private int majority(BitCoder coder, int missing, int expected, int leftContext, int greatest) {
    return numbers.small(coder, slot(1, expected, leftContext), missing, greatest);
  }

  private static int slot(int majority, int expected, int leftContext) {
    return Layout.COUNT
        + ((majority * 16 + Math.min(15, expected / 5)) * 8 + leftContext) * NumberCoder.SLOTS;
  }
}
