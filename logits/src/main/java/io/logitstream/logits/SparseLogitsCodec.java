package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import io.logitstream.schemas.LogitsEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Sparse logits as bytes, packed plainly.
 *
 * <p>A payload of version 1, little-endian; a varint is unsigned, seven bits a byte, low ones
 * first:
 *
 * <pre>
 *   byte    version, 1
 *   byte    encoding: 1 LABELS, 2 FULL, 3 SAMPLED, 4 TOP_K
 *   varint  number of tokens, T + 1
 *   byte    bits of a token: those of the greatest one, at least 1
 *   bits    the tokens, low bits first, padded with zeros to a whole byte
 *   FULL:
 *     varint  rows, R
 *     short   (R, V) binary16 logits relative to their row's maximum
 *   SAMPLED:
 *     varint  sample size, M
 *     varint  rows, R
 *     each row, until its counts have reached M:
 *       varint  id, less the id before it and 1 (the first one as it is)
 *       varint  count, less 1
 *   TOP_K:
 *     varint  ids of a row, k
 *     varint  rows, R
 *     each row:
 *       varint  level of the tail, the mass of all ids that are not in the row
 *       k times:
 *         varint  id, less the id before it and 1 (the first one as it is)
 *         varint  level: the log-probability under that of the most likely outcome, in 1/16 nat
 *   int     CRC-32C of all bytes before it
 * </pre>
 *
 * <p>Every value has exactly one spelling; any other bytes are an error.
 */
public final class SparseLogitsCodec {
  /** The version that this build writes, and the newest that it reads. */
  public static final int VERSION = 1;

  private static final int HEADER_AND_CHECKSUM_BYTES = 2 + Integer.BYTES;

  private SparseLogitsCodec() {}

  /** The encoding of a kind of logits. */
  public static LogitsEncoding encodingOf(SparseLogits logits) {
    if (logits instanceof Labels) {
      return LogitsEncoding.LABELS;
    }
    if (logits instanceof TopKLogits) {
      return LogitsEncoding.TOP_K;
    }
    return logits instanceof FullLogits ? LogitsEncoding.FULL : LogitsEncoding.SAMPLED;
  }

  /** An upper bound of the length of a FULL payload, in bytes. */
  public static long fullPayloadBytes(int tokens, int vocabularySize) {
    return 32 + 4L * tokens + 2L * (tokens - 1) * vocabularySize;
  }

  /** An upper bound of the length of a SAMPLED payload, in bytes. */
  public static long sampledPayloadBytes(int tokens, int vocabularySize, int sampleSize) {
    long entries = (long) (tokens - 1) * Math.min(sampleSize, vocabularySize);
    return 32 + 4L * tokens + entries * (varintBytes(vocabularySize) + varintBytes(sampleSize));
  }

  /** An upper bound of the length of a TOP_K payload, in bytes. */
  public static long topKPayloadBytes(int tokens, int vocabularySize, int k) {
    long entry = varintBytes(vocabularySize) + varintBytes(TopKLogits.NOTHING);
    return 32 + 4L * tokens + (tokens - 1L) * (varintBytes(TopKLogits.NOTHING) + k * entry);
  }

  private static int varintBytes(int value) {
    return (bits(value) + 6) / 7;
  }

  /** Writes a payload of the version {@link #VERSION}. */
  public static byte[] encode(SparseLogits logits) {
    int[] tokens = logits.tokens();
    PayloadWriter writer = new PayloadWriter(expectedBytes(logits));
    writer.writeByte(VERSION);
    writer.writeByte(code(encodingOf(logits)));
    writeTokens(writer, tokens);
    if (logits instanceof FullLogits full) {
      writer.writeVarint(full.rows());
      writer.writeShorts(full.fp16());
    } else if (logits instanceof SampledLogits sampled) {
      writeSampled(sampled, writer);
    } else if (logits instanceof TopKLogits top) {
      writeTopK(top, writer);
    }
    return writer.finish();
  }

  static void writeTokens(PayloadWriter writer, int[] tokens) {
    int width = tokenBits(tokens);
    writer.writeVarint(tokens.length);
    writer.writeByte(width);
    writer.writeFixedWidth(tokens, width);
  }

  private static void writeSampled(SampledLogits sampled, PayloadWriter writer) {
    writer.writeVarint(sampled.sampleSize());
    writer.writeVarint(sampled.rows());
    int[] offsets = sampled.offsets();
    for (int row = 0; row < sampled.rows(); row++) {
      int previous = -1;
      for (int entry = offsets[row]; entry < offsets[row + 1]; entry++) {
        writer.writeVarint(sampled.ids()[entry] - previous - 1);
        writer.writeVarint(sampled.counts()[entry] - 1);
        previous = sampled.ids()[entry];
      }
    }
  }

  private static void writeTopK(TopKLogits top, PayloadWriter writer) {
    int k = top.k();
    writer.writeVarint(k);
    writer.writeVarint(top.rows());
    for (int row = 0; row < top.rows(); row++) {
      int levelsAt = row * (k + 1);
      writer.writeVarint(top.levels()[levelsAt + k]);
      int previous = -1;
      for (int index = 0; index < k; index++) {
        int id = top.ids()[row * k + index];
        writer.writeVarint(id - previous - 1);
        writer.writeVarint(top.levels()[levelsAt + index]);
        previous = id;
      }
    }
  }

  /**
   * Reads a payload.
   *
   * @param encoding the encoding that the record names
   * @param encodingVersion the version that the record names
   * @param payload read from its position to its limit; neither is moved
   * @param vocabularySize V; every id is smaller
   * @param maxTokens the most tokens that are accepted; nothing larger is allocated
   * @throws MalformedLogitsException if the bytes are not a payload of that encoding and version
   * @throws UnsupportedEncodingException if encoding or version are newer than this build
   */
  public static SparseLogits decode(
      LogitsEncoding encoding,
      int encodingVersion,
      ByteBuffer payload,
      int vocabularySize,
      int maxTokens) {
    if (encodingVersion > VERSION || code(encoding) == 0) {
      throw new UnsupportedEncodingException(
          "encoding %s of version %d; this build reads LABELS of version %d, and FULL, TOP_K and SAMPLED up to version %d"
              .formatted(encoding, encodingVersion, VERSION, CodedLogitsCodec.VERSION));
    }
    if (vocabularySize < 1) {
      throw malformed("vocabulary size %d, expected at least 1", vocabularySize);
    }
    PayloadReader reader = new PayloadReader(withoutChecksum(payload, HEADER_AND_CHECKSUM_BYTES));
    int version = reader.readByte("the version");
    if (version != encodingVersion) {
      throw malformed("payload version %d, the record names %d", version, encodingVersion);
    }
    int code = reader.readByte("the encoding");
    if (code != code(encoding)) {
      throw malformed("payload encoding %d, the record names %s", code, encoding);
    }
    int[] tokens = readTokens(reader, vocabularySize, maxTokens);
    try {
      SparseLogits logits =
          switch (encoding) {
            case FULL -> readFull(reader, tokens, vocabularySize);
            case SAMPLED -> readSampled(reader, tokens, vocabularySize);
            case LABELS -> new Labels(tokens);
            case TOP_K -> readTopK(reader, tokens, vocabularySize);
            case UNKNOWN -> throw new IllegalStateException("refused above: " + encoding);
          };
      reader.end();
      return logits;
    } catch (IllegalArgumentException e) {
      throw new MalformedLogitsException(
          MalformedLogitsException.Kind.MALFORMED,
          "the payload is not valid: " + e.getMessage(),
          e);
    }
  }

  /**
   * The content of a payload of so many bytes at least, little-endian, its checksum being right.
   */
  static ByteBuffer withoutChecksum(ByteBuffer payload, int leastBytes) {
    if (payload.remaining() < leastBytes) {
      throw malformed(
          "a payload of %d bytes, expected at least %d", payload.remaining(), leastBytes);
    }
    int end = payload.limit() - Integer.BYTES;
    ByteBuffer content = payload.duplicate().limit(end);
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    int expected = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(end);
    if ((int) crc.getValue() != expected) {
      throw new MalformedLogitsException(
          MalformedLogitsException.Kind.CHECKSUM,
          "the payload's %d bytes have the CRC-32C %08x, expected %08x: they were changed or cut off since they were written"
              .formatted(payload.remaining(), crc.getValue(), expected));
    }
    return content.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  static int[] readTokens(PayloadReader reader, int vocabularySize, int maxTokens) {
    int count = reader.readVarint("the number of tokens", 2, maxTokens);
    int width = reader.readByte("the bits of a token");
    if (width < 1 || width > bits(vocabularySize - 1)) {
      throw malformed("%d bits a token, expected from 1 to %d", width, bits(vocabularySize - 1));
    }
    int[] tokens = reader.readFixedWidth("tokens", count, width);
    for (int token : tokens) {
      if (token >= vocabularySize) {
        throw malformed("token %d, expected less than %d", token, vocabularySize);
      }
    }
    if (width != tokenBits(tokens)) {
      throw malformed("%d bits a token, %d are enough", width, tokenBits(tokens));
    }
    return tokens;
  }

  private static FullLogits readFull(PayloadReader reader, int[] tokens, int vocabularySize) {
    int rows = reader.readVarint("the number of rows", 0, tokens.length - 1);
    return new FullLogits(
        tokens, vocabularySize, rows, reader.readShorts("logits", (long) rows * vocabularySize));
  }

  private static SampledLogits readSampled(PayloadReader reader, int[] tokens, int vocabularySize) {
    int sampleSize = reader.readVarint("the sample size", 1, SampledLogits.MAX_SAMPLE_SIZE);
    int rows = reader.readVarint("the number of rows", 0, tokens.length - 1);
    SampledLogits.Builder builder =
        new SampledLogits.Builder(tokens, vocabularySize, sampleSize, rows);
    for (int row = 0; row < rows; row++) {
      int lowestId = 0;
      int left = sampleSize;
      while (left > 0) {
        int id = lowestId + reader.readVarint("an id", 0, vocabularySize - 1 - lowestId);
        int count = 1 + reader.readVarint("a count less 1", 0, left - 1);
        builder.add(id, count);
        lowestId = id + 1;
        left -= count;
      }
      builder.endRow();
    }
    return builder.build();
  }

  private static TopKLogits readTopK(PayloadReader reader, int[] tokens, int vocabularySize) {
    int k = reader.readVarint("k", 1, Math.min(TopKLogits.MAX_K, vocabularySize));
    int rows = reader.readVarint("the number of rows", 0, tokens.length - 1);
    // an entry has two bytes at least, so that the arrays are in proportion to the payload
    long leastBytes = rows * (2L * k + 1);
    if (leastBytes > reader.remaining()) {
      throw malformed(
          "%d rows of %d ids do not fit into the remaining %d bytes", rows, k, reader.remaining());
    }
    int[] ids = new int[rows * k];
    short[] levels = new short[rows * (k + 1)];
    for (int row = 0; row < rows; row++) {
      int levelsAt = row * (k + 1);
      levels[levelsAt + k] = readLevel(reader, "the level of a tail");
      int lowestId = 0;
      for (int index = 0; index < k; index++) {
        int id = lowestId + reader.readVarint("an id", 0, vocabularySize - 1 - lowestId);
        ids[row * k + index] = id;
        levels[levelsAt + index] = readLevel(reader, "the level of an id");
        lowestId = id + 1;
      }
    }
    return new TopKLogits(tokens, vocabularySize, k, rows, ids, levels);
  }

  private static short readLevel(PayloadReader reader, String what) {
    return (short) reader.readVarint(what, 0, TopKLogits.NOTHING);
  }

  private static int expectedBytes(SparseLogits logits) {
    int tokens = 32 + 4 * logits.tokens().length;
    if (logits instanceof FullLogits full) {
      return Math.addExact(tokens, Math.multiplyExact(full.fp16().length, Short.BYTES));
    }
    if (logits instanceof TopKLogits top) {
      return Math.addExact(tokens, Math.multiplyExact(top.levels().length, 4));
    }
    return logits instanceof SampledLogits sampled ? tokens + 3 * sampled.ids().length : tokens;
  }

  private static int tokenBits(int[] tokens) {
    int all = 0;
    for (int token : tokens) {
      all |= token;
    }
    return bits(all);
  }

  private static int bits(int value) {
    return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(value));
  }

  private static int code(LogitsEncoding encoding) {
    return switch (encoding) {
      case LABELS -> 1;
      case FULL -> 2;
      case SAMPLED -> 3;
      case TOP_K -> 4;
      case UNKNOWN -> 0;
    };
  }
}
