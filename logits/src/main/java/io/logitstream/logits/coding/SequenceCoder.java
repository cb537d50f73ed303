package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Codes sequences under a prior. Each begins with the prior's models, so that it is decoded on its
 * own. At every position: the row of the position in three tiers of ids (see {@link RowCoder}),
 * then the token that follows, as one of those that were drawn or else by the prior.
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

  private static final int RATE = 4;

  private final ContextPrior prior;
  private final PriorTables tables;
  private final BitEncoder encoder = new BitEncoder();
  private final BitDecoder decoder = new BitDecoder();
  private final Models models;
  private final RecordHistory history;
  private final RowCoder rows;
  private final TokenCoder tokens;
  private int[] rowAt = new int[0];

  public SequenceCoder(ContextPrior prior) {
    this(prior, RATE);
  }

  /**
   * @param rate how fast the mixes' weights move
   */
  SequenceCoder(ContextPrior prior, int rate) {
    this.prior = prior;
    this.models = new Models(rate);
    this.tables = prior.tables();
    this.history = new RecordHistory(tables.vocabularySize());
    this.rows = new RowCoder(tables, models, history);
    this.tokens = new TokenCoder(tables, models, history, rows);
    models.load(tables.states, tables.weights);
  }

  /** What it codes under. */
  public ContextPrior prior() {
    return prior;
  }

  /** The coded bits of a sequence. */
  public byte[] encode(Sequence sequence) {
    models.load(tables.states, tables.weights);
    return adapt(sequence);
  }

  /** Codes without loading the prior's models first: they go on where the sequence before ended. */
  byte[] adapt(Sequence sequence) {
    encoder.reset();
    code(encoder, sequence, false, Integer.MAX_VALUE);
    return encoder.finish();
  }

  Models models() {
    return models;
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
    models.load(tables.states, tables.weights);
    decoder.reset(coded, offset, length);
    Sequence sequence = Sequence.empty(tokenCount, spans, sampleSize);
    code(decoder, sequence, true, mostEntries(length));
    decoder.finish();
    return sequence;
  }

  /** The most entries that this many coded bytes may hold. */
  public static int mostEntries(int codedBytes) {
    return (int) Math.min(Integer.MAX_VALUE, FREE_ENTRIES + (long) ENTRIES_A_BYTE * codedBytes);
  }

  private void code(BitCoder coder, Sequence sequence, boolean reads, int mostEntries) {
    int count = sequence.tokens().length;
    locateRows(sequence);
    history.begin(count);
    int known = 0;
    int entries = 0;
    try {
      sequence.tokens()[0] = tokens.first(coder, sequence.tokens()[0]);
      for (int position = 0; position + 1 < count; position++) {
        known = position + 1;
        history.moveTo(sequence, position, rowAt);
        int row = rowAt[position];
        int token = sequence.tokens()[position];
        rows.begin(token, sequence.sampleSize());
        if (row >= 0) {
          rows.code(coder, sequence, row, reads, mostEntries);
          entries = sequence.offsets()[row + 1];
        }
        sequence.tokens()[position + 1] =
            tokens.next(coder, token, sequence.tokens()[position + 1], row >= 0);
        if (row >= 0) {
          history.add(sequence, row);
        }
        rows.end();
      }
    } finally {
      rows.end();
      history.clear(sequence, Math.min(count, known + 1), entries);
    }
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
