package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Codes sequences under a prior, each on its own. At every position: the row of the position in
 * four tiers of ids (see {@link RowCoder}), their levels where the row has the most likely ids,
 * then the token that follows, as one of those that were drawn or else by the prior. Nothing is
 * allocated but what a sequence holds.
 *
 * <p>Keeps scratch memory in proportion to the vocabulary: one thread at a time.
 */
public final class SequenceCoder {
  /**
   * The most entries of a sequence for each coded byte, and beyond {@link #FREE_ENTRIES}: a bound
   * of what a few bytes can make a reader do. What would have more is not coded.
   */
  public static final int ENTRIES_A_BYTE = 64;

  /** Entries of a sequence that need no bytes. */
  public static final int FREE_ENTRIES = 1024;

  private final ContextPrior prior;
  private final PriorTables tables;
  private final BitCoder encoder = new BitCoder();
  private final BitCoder decoder = new BitCoder();
  private final RowState row;
  private final RecordHistory history;
  private final RowCoder rows;
  private final LevelCoder levels;
  private final TokenCoder tokens;
  private int[] rowAt = new int[0];

  public SequenceCoder(ContextPrior prior) {
    this(prior, new Odds(prior.tables().odds));
  }

  /**
   * @param odds what decisions are coded with
   */
  SequenceCoder(ContextPrior prior, Odds odds) {
    this.prior = prior;
    this.tables = prior.tables();
    IdStates states = new IdStates(tables.vocabularySize());
    this.history = new RecordHistory(tables.vocabularySize(), states);
    this.row = new RowState(states);
    this.rows = new RowCoder(tables, odds, history, row);
    this.levels = new LevelCoder(tables, history, row);
    this.tokens = new TokenCoder(tables, odds, history, row);
  }

  /** What it codes under. */
  public ContextPrior prior() {
    return prior;
  }

  /** The coded bits of a sequence. */
  public byte[] encode(Sequence sequence) {
    encoder.write();
    code(encoder, sequence, Integer.MAX_VALUE);
    return encoder.written();
  }

  /** What the parts of a sequence take when it is coded. */
  public CodedParts measure(Sequence sequence) {
    double[] bits = new double[CodedParts.PARTS];
    encoder.writeMeasured(bits);
    try {
      code(encoder, sequence, Integer.MAX_VALUE);
    } finally {
      encoder.endMeasured();
    }
    return CodedParts.of(bits);
  }

  /**
   * Reads a sequence.
   *
   * @param coded holds the bits from {@code offset}, {@code length} bytes of them
   * @param tokenCount T + 1
   * @param spans as in {@link Sequence#of}
   * @param sampleSize M, at least 1
   * @throws IllegalArgumentException if the bits are not what an encoder would have written
   */
  public Sequence decode(
      byte[] coded, int offset, int length, int tokenCount, int[] spans, int sampleSize) {
    return decode(coded, offset, length, Sequence.empty(tokenCount, spans, sampleSize));
  }

  /**
   * Reads a sequence of the most likely ids.
   *
   * @param coded holds the bits from {@code offset}, {@code length} bytes of them
   * @param tokenCount T + 1
   * @param spans as in {@link Sequence#of}
   * @param k ids of a row, at least 1
   * @throws IllegalArgumentException if the bits are not what an encoder would have written
   */
  public Sequence decodeTopK(
      byte[] coded, int offset, int length, int tokenCount, int[] spans, int k) {
    return decode(
        coded, offset, length, Sequence.emptyTopK(tokenCount, spans, k, mostEntries(length)));
  }

  private Sequence decode(byte[] coded, int offset, int length, Sequence sequence) {
    decoder.read(coded, offset, length);
    code(decoder, sequence, mostEntries(length));
    decoder.checkEnd();
    return sequence;
  }

  /** The most entries that this many coded bytes may hold. */
  public static int mostEntries(int codedBytes) {
    return (int) Math.min(Integer.MAX_VALUE, FREE_ENTRIES + (long) ENTRIES_A_BYTE * codedBytes);
  }

  private void code(BitCoder coder, Sequence sequence, int mostEntries) {
    int count = sequence.tokens().length;
    locateRows(sequence);
    history.begin(count);
    row.single = sequence.isTopK();
    if (sequence.isTopK()) {
      levels.begin();
    }
    int known = 0;
    int entries = 0;
    try {
      sequence.tokens()[0] = tokens.first(coder, sequence.tokens()[0]);
      for (int position = 0; position + 1 < count; position++) {
        known = position + 1;
        codePosition(coder, sequence, position, mostEntries);
        entries = rowAt[position] < 0 ? entries : sequence.offsets()[rowAt[position] + 1];
      }
    } finally {
      row.end();
      history.clear(sequence, Math.min(count, known + 1), entries);
    }
  }

  private void codePosition(BitCoder coder, Sequence sequence, int position, int mostEntries) {
    history.moveTo(sequence, position, rowAt);
    int rowIndex = rowAt[position];
    row.begin(sequence.tokens()[position], sequence.sampleSize());
    if (rowIndex >= 0) {
      coder.enter(CodedParts.IDS);
      rows.code(coder, sequence, rowIndex, mostEntries);
      if (sequence.isTopK()) {
        coder.enter(CodedParts.COUNTS);
        levels.code(coder, sequence, rowIndex);
      }
      coder.enter(CodedParts.TOKENS);
    }
    sequence.tokens()[position + 1] =
        tokens.next(coder, sequence.tokens()[position + 1], rowIndex >= 0);
    if (rowIndex >= 0) {
      history.add(sequence, rowIndex);
    }
    row.end();
  }

  private void locateRows(Sequence sequence) {
    int count = sequence.tokens().length;
    if (rowAt.length < count) {
      rowAt = new int[count];
    }
    Arrays.fill(rowAt, 0, count, -1);
    int row = 0;
    int[] spans = sequence.spans();
    for (int index = 0; index < spans.length; index += 2) {
      for (int position = spans[index]; position < spans[index + 1]; position++) {
        rowAt[position] = row++;
      }
    }
  }
}
