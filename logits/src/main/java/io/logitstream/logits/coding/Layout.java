package io.logitstream.logits.coding;

/** Where the contexts of each kind of decision lie in the table of log-odds. */
final class Layout {
  /** Expected counts are told apart in quarter octaves, from 2^-12 to 2^8. */
  static final int EXPECTATIONS = 80;

  static final int HISTORIES = 52;
  static final int STEPS = 20;
  static final int GAPS = 64;

  static final int DRAWN_EXPECTED = 0;
  static final int DRAWN_RANK = DRAWN_EXPECTED + EXPECTATIONS * 16;
  static final int DRAWN_HISTORY = DRAWN_RANK + EXPECTATIONS * 32;
  static final int DRAWN_EVIDENCE = DRAWN_HISTORY + HISTORIES * 32;
  static final int DRAWN_UNIGRAM = DRAWN_EVIDENCE + EXPECTATIONS * 8;
  static final int DRAWN_LEFT = DRAWN_UNIGRAM + EXPECTATIONS * 32;
  static final int ECHO_HISTORY = DRAWN_LEFT + 32 * 8 * 16;
  static final int ECHO_UNIGRAM = ECHO_HISTORY + HISTORIES * 8;
  static final int MORE = ECHO_UNIGRAM + 32 * 8;
  static final int ONE_EXPECTED = MORE + 64 * 4;
  static final int ONE_HISTORY = ONE_EXPECTED + EXPECTATIONS * 8;
  static final int MAJORITY_EXPECTED = ONE_HISTORY + HISTORIES * 8;
  static final int MAJORITY_HISTORY = MAJORITY_EXPECTED + EXPECTATIONS * 8;
  static final int COUNT = MAJORITY_HISTORY + HISTORIES * 8;
  static final int LIST_GAP = COUNT + 2 * 16 * 8 * NumberCoder.SLOTS;
  static final int LIST_GAP_PLACE = LIST_GAP + GAPS * STEPS;
  static final int TAIL_GAP = LIST_GAP_PLACE + 128 * STEPS;
  static final int TAIL_GAP_PLACE = TAIL_GAP + GAPS * STEPS;
  static final int MANTISSA = TAIL_GAP_PLACE + 160 * STEPS;
  static final int TOKEN_SHARE = MANTISSA + STEPS;
  static final int TOKEN_HISTORY = TOKEN_SHARE + 32 * 16;
  static final int TOKEN_UNIGRAM = TOKEN_HISTORY + 32 * 16;
  static final int TOKEN_LISTED = TOKEN_UNIGRAM + 32 * 32;
  static final int TOKEN_GAP = TOKEN_LISTED + 16;
  static final int SLOTS = TOKEN_GAP + 3 * STEPS;

  private Layout() {}
}
