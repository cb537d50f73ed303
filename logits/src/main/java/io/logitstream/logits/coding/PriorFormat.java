package io.logitstream.logits.coding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A prior as bytes, little-endian:
 *
 * <pre>
 *   byte  format version, 2
 *   int   vocabulary size, V
 *   int   successors in all lists
 *   bits  the tables, arithmetically coded
 *   int   CRC-32C of all bytes before it
 * </pre>
 */
final class PriorFormat {
  private static final int HEADER_BYTES = 1 + 2 * Integer.BYTES;

  private static final int UNIGRAM = 0;
  private static final int EVIDENCE = UNIGRAM + SymbolCoder.treeContexts(6);
  private static final int LIST = EVIDENCE + SymbolCoder.treeContexts(3);
  private static final int FIRST_LEVEL = LIST + SymbolCoder.numberContexts();
  private static final int LEVEL_STEP = FIRST_LEVEL + SymbolCoder.treeContexts(6);
  private static final int RANK = LEVEL_STEP + SymbolCoder.numberContexts();
  private static final int RANK_STEP = RANK + SymbolCoder.numberContexts();
  private static final int TOUCHED = RANK_STEP + SymbolCoder.numberContexts();
  private static final int SIGN = TOUCHED + 2;
  private static final int ODDS = SIGN + 1;
  private static final int CONTEXTS = ODDS + SymbolCoder.numberContexts();

  private PriorFormat() {}

  static byte[] write(PriorTables tables) {
    BitCoder encoder = new BitCoder();
    encoder.write();
    SymbolCoder symbols = new SymbolCoder(encoder, CONTEXTS);
    codeTables(
        symbols,
        tables.unigramLevels.clone(),
        tables.starts.clone(),
        tables.ids.clone(),
        tables.levels.clone(),
        tables.evidence.clone(),
        tables.odds.clone());
    byte[] coded = encoder.written();
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + coded.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) ContextPrior.FORMAT_VERSION)
            .putInt(tables.vocabularySize())
            .putInt(tables.successors())
            .put(coded);
    return bytes.putInt(crc(bytes.array(), HEADER_BYTES + coded.length)).array();
  }

  static PriorTables read(byte[] bytes) {
    if (bytes.length < HEADER_BYTES + Integer.BYTES) {
      throw new MalformedPriorException("a prior of %d bytes".formatted(bytes.length));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.length - Integer.BYTES;
    if (buffer.getInt(end) != crc(bytes, end)) {
      throw new MalformedPriorException("the prior's CRC-32C is not the one that it says");
    }
    int version = buffer.get();
    int vocabularySize = buffer.getInt();
    int successors = buffer.getInt();
    if (version != ContextPrior.FORMAT_VERSION) {
      throw new MalformedPriorException(
          "a prior of format version %d; this build reads %d: use a newer one"
              .formatted(version, ContextPrior.FORMAT_VERSION));
    }
    if (vocabularySize < 1
        || vocabularySize > ContextPrior.MAX_VOCABULARY
        || successors < 0
        || successors > ContextPrior.MAX_SUCCESSORS) {
      throw new MalformedPriorException(
          "a prior of %d ids and %d successors, expected from 1 to %d and at most %d"
              .formatted(
                  vocabularySize,
                  successors,
                  ContextPrior.MAX_VOCABULARY,
                  ContextPrior.MAX_SUCCESSORS));
    }
    BitCoder decoder = new BitCoder();
    decoder.read(bytes, HEADER_BYTES, end - HEADER_BYTES);
    byte[] unigramLevels = new byte[vocabularySize];
    int[] starts = new int[vocabularySize + 1];
    int[] ids = new int[successors];
    byte[] levels = new byte[successors];
    byte[] evidence = new byte[vocabularySize];
    short[] odds = new short[Layout.SLOTS];
    try {
      codeTables(
          new SymbolCoder(decoder, CONTEXTS), unigramLevels, starts, ids, levels, evidence, odds);
      decoder.checkEnd();
    } catch (IllegalArgumentException e) {
      throw new MalformedPriorException("not a prior: " + e.getMessage());
    }
    return new PriorTables(unigramLevels, starts, ids, levels, evidence, odds);
  }

  /** Writes the arrays, or fills them. */
  private static void codeTables(
      SymbolCoder symbols,
      byte[] unigramLevels,
      int[] starts,
      int[] ids,
      byte[] levels,
      byte[] evidence,
      short[] odds) {
    int vocabularySize = unigramLevels.length;
    for (int id = 0; id < vocabularySize; id++) {
      unigramLevels[id] = (byte) symbols.tree(UNIGRAM, 6, unigramLevels[id]);
    }
    int[] idsByRank = PriorTables.idsByRank(unigramLevels);
    int[] ranks = new int[vocabularySize];
    for (int rank = 0; rank < vocabularySize; rank++) {
      ranks[idsByRank[rank]] = rank;
    }
    for (int token = 0; token < vocabularySize; token++) {
      evidence[token] = (byte) symbols.tree(EVIDENCE, 3, evidence[token]);
      int room =
          Math.min(Math.min(ContextPrior.MAX_LIST, vocabularySize), ids.length - starts[token]);
      int size = symbols.number(LIST, Math.max(0, starts[token + 1] - starts[token]), room);
      starts[token + 1] = starts[token] + size;
      codeList(symbols, starts[token], starts[token + 1], ids, levels, idsByRank, ranks);
    }
    if (starts[vocabularySize] != ids.length) {
      throw new IllegalArgumentException(
          "%d successors, expected %d".formatted(starts[vocabularySize], ids.length));
    }
    codeOdds(symbols, odds);
  }

  private static void codeList(
      SymbolCoder symbols,
      int start,
      int end,
      int[] ids,
      byte[] levels,
      int[] idsByRank,
      int[] ranks) {
    int level = 0;
    int lowestRank = 0;
    for (int entry = start; entry < end; entry++) {
      int step;
      if (entry == start) {
        step = symbols.tree(FIRST_LEVEL, 6, levels[entry]);
      } else {
        step =
            symbols.number(
                LEVEL_STEP, Math.max(0, levels[entry] - level), PriorTables.GREATEST_LEVEL - level);
        lowestRank = step > 0 ? 0 : lowestRank;
      }
      level += step;
      if (level > PriorTables.GREATEST_LEVEL || lowestRank >= ranks.length) {
        throw new IllegalArgumentException("a list that is out of order");
      }
      levels[entry] = (byte) level;
      int rank =
          lowestRank
              + symbols.number(
                  lowestRank == 0 ? RANK : RANK_STEP,
                  Math.max(0, ranks[ids[entry]] - lowestRank),
                  ranks.length - 1 - lowestRank);
      ids[entry] = idsByRank[rank];
      lowestRank = rank + 1;
    }
    refuseRepetitions(start, end, ids);
  }

  private static void refuseRepetitions(int start, int end, int[] ids) {
    int[] sorted = Arrays.copyOfRange(ids, start, end);
    Arrays.sort(sorted);
    for (int index = 1; index < sorted.length; index++) {
      if (sorted[index] == sorted[index - 1]) {
        throw new IllegalArgumentException("id %d twice in a list".formatted(sorted[index]));
      }
    }
  }

  /** Most contexts are never met, and have even odds. */
  private static void codeOdds(SymbolCoder symbols, short[] odds) {
    int touched = 0;
    for (int slot = 0; slot < odds.length; slot++) {
      touched = symbols.bit(TOUCHED + touched, odds[slot] == 0 ? 0 : 1);
      if (touched == 1) {
        int sign = symbols.bit(SIGN, odds[slot] < 0 ? 1 : 0);
        int size = 1 + symbols.number(ODDS, Math.abs(odds[slot]) - 1, Logistic.LARGEST - 1);
        odds[slot] = (short) (sign == 1 ? -size : size);
      }
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
