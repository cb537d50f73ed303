package io.logitstream.logits.coding;

/** Where the contexts of each kind of decision lie among the models' states. */
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
  static final int ECHO = DRAWN_UNIGRAM + EXPECTATIONS * 32;
  static final int MORE = ECHO + HISTORIES * 8;
  static final int MAJORITY_EXPECTED = MORE + 64 * 4;
  static final int MAJORITY_HISTORY = MAJORITY_EXPECTED + 16 * 8;
  static final int COUNT = MAJORITY_HISTORY + HISTORIES * 8;
  static final int LIST_GAP = COUNT + 2 * 16 * 8 * 16;
  static final int LIST_GAP_PLACE = LIST_GAP + GAPS * STEPS;
  static final int TAIL_GAP = LIST_GAP_PLACE + 128 * STEPS;
  static final int TAIL_GAP_PLACE = TAIL_GAP + GAPS * STEPS;
  static final int MANTISSA = TAIL_GAP_PLACE + 160 * STEPS;
  static final int TOKEN_SHARE = MANTISSA + 4 * STEPS * 2;
  static final int TOKEN_HISTORY = TOKEN_SHARE + 32 * 16;
  static final int TOKEN_LISTED = TOKEN_HISTORY + 32 * 16;
  static final int TOKEN_GAP = TOKEN_LISTED + 16;
  static final int STATES = TOKEN_GAP + 4 * STEPS;

  static final int INPUTS = 5;
  static final int MIX_DRAWN = 0;
  static final int MIX_MAJORITY = MIX_DRAWN + 16;
  static final int MIX_LIST_GAP = MIX_MAJORITY + 1;
  static final int MIX_TAIL_GAP = MIX_LIST_GAP + STEPS;
  static final int MIX_TOKEN = MIX_TAIL_GAP + STEPS;
  static final int MIXES = MIX_TOKEN + 1;

  private Layout() {}
}
