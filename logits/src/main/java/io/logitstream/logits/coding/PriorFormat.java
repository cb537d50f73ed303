package io.logitstream.logits.coding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A prior as bytes, little-endian:
 *
 * <pre>
 *   byte  format version, 1
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
  private static final int COUNT = TOUCHED + 1;
  private static final int WEIGHT = COUNT + SymbolCoder.treeContexts(6);
  private static final int CONTEXTS = WEIGHT + SymbolCoder.numberContexts();

  private static final int GREATEST_COUNT = 63;
  private static final int STATE_BITS = 12;
  private static final int WEIGHT_OFFSET = 1 << 20;
  private static final int WEIGHT_STEP_BITS = 6;

  private PriorFormat() {}

  static byte[] write(PriorTables tables) {
    BitEncoder encoder = new BitEncoder();
    SymbolCoder symbols = new SymbolCoder(encoder, CONTEXTS);
    codeTables(
        symbols,
        encoder,
        tables.unigramLevels.clone(),
        tables.starts.clone(),
        tables.ids.clone(),
        tables.levels.clone(),
        tables.evidence.clone(),
        tables.states.clone(),
        tables.weights.clone());
    byte[] coded = encoder.finish();
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
    BitDecoder decoder = new BitDecoder();
    decoder.reset(bytes, HEADER_BYTES, end - HEADER_BYTES);
    byte[] unigramLevels = new byte[vocabularySize];
    int[] starts = new int[vocabularySize + 1];
    int[] ids = new int[successors];
    byte[] levels = new byte[successors];
    byte[] evidence = new byte[vocabularySize];
    int[] states = Models.unknownStates();
    int[] weights = Models.evenWeights();
    try {
      codeTables(
          new SymbolCoder(decoder, CONTEXTS),
          decoder,
          unigramLevels,
          starts,
          ids,
          levels,
          evidence,
          states,
          weights);
      decoder.finish();
    } catch (IllegalArgumentException e) {
      throw new MalformedPriorException("not a prior: " + e.getMessage());
    }
    return new PriorTables(unigramLevels, starts, ids, levels, evidence, states, weights);
  }

  /** Writes the arrays, or fills them. */
  private static void codeTables(
      SymbolCoder symbols,
      BitCoder raw,
      byte[] unigramLevels,
      int[] starts,
      int[] ids,
      byte[] levels,
      byte[] evidence,
      int[] states,
      int[] weights) {
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
    codeModels(symbols, raw, states, weights);
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

  /** States that no decision has touched take next to nothing; the others lose their low bits. */
  private static void codeModels(SymbolCoder symbols, BitCoder raw, int[] states, int[] weights) {
    for (int slot = 0; slot < states.length; slot++) {
      int count = Math.min(GREATEST_COUNT, Models.count(states[slot]));
      if (symbols.bit(TOUCHED, count > 0 ? 1 : 0) == 1) {
        count = symbols.tree(COUNT, 6, count);
        int probability = raw.raw(STATE_BITS, Models.probability22(states[slot]) >>> 10);
        states[slot] = Models.state((probability << 10) + (1 << 9), count);
      } else {
        states[slot] = Models.state(1 << 21, 0);
      }
    }
    for (int index = 0; index < weights.length; index++) {
      int value =
          symbols.number(
              WEIGHT,
              weights[index] + WEIGHT_OFFSET >> WEIGHT_STEP_BITS,
              2 * WEIGHT_OFFSET >> WEIGHT_STEP_BITS);
      weights[index] = (value << WEIGHT_STEP_BITS) - WEIGHT_OFFSET;
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
