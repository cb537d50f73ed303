package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import io.logitstream.logits.coding.FullRowsCoder;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * FULL payloads of version 2: log-probabilities in steps of 1/32 nat, entropy-coded without a
 * prior.
 *
 * <pre>
 *   byte    version, 2
 *   byte    encoding: 2 FULL
 *   varint  number of tokens, T + 1
 *   byte    bits of a token: those of the greatest one, at least 1
 *   bits    the tokens, low bits first, padded with zeros to a whole byte
 *   varint  rows, R
 *   bits    (R, V) levels, arithmetically coded: see {@link FullRowsCoder}
 *   int     CRC-32C of all bytes before it
 * </pre>
 *
 * <p>Quantising loses something, once: a logit is at most 1/64 nat off what version 1 has, where it
 * is within 63.9 nats of the row's maximum. Finite ones further down come up to there, and a
 * probability of 0 stays 0. What is read has multiples of 1/32 nat, which binary16 holds exactly
 * and which are written again as the same bytes. A reader normalises a row as ever, so that its
 * mass is 1.
 */
public final class CodedFullCodec {
  /** The version of these payloads. */
  public static final int VERSION = 2;

  /** The most that a logit within reach is moved by, in nats. */
  public static final double GREATEST_ERROR_NATS = 0.5 / FullRowsCoder.LEVELS_PER_NAT;

  private static final int FULL = 2;
  private static final int LEAST_BYTES = 2 + Integer.BYTES;

  /** binary16 of every level. */
  private static final short[] HALVES = new short[FullRowsCoder.NOTHING + 1];

  static {
    for (int level = 1; level < FullRowsCoder.NOTHING; level++) {
      HALVES[level] = Half.fromFloat(-level / (float) FullRowsCoder.LEVELS_PER_NAT);
    }
    HALVES[FullRowsCoder.NOTHING] = Half.LOWEST;
  }

  private CodedFullCodec() {}

  /**
   * Writes a payload; empty where what is coded is so foreseeable that a reader, whose work is
   * bounded by the payload's length, would refuse it: pack that plainly.
   */
  public static Optional<byte[]> encode(FullLogits full) {
    byte[] coded = new FullRowsCoder(full.vocabularySize()).encode(levels(full), full.rows());
    if (full.fp16().length > FullRowsCoder.mostValues(coded.length)) {
      return Optional.empty();
    }
    int[] tokens = full.tokens();
    PayloadWriter writer = new PayloadWriter(32 + 4 * tokens.length + coded.length);
    writer.writeByte(VERSION);
    writer.writeByte(FULL);
    SparseLogitsCodec.writeTokens(writer, tokens);
    writer.writeVarint(full.rows());
    writer.writeBytes(coded);
    return Optional.of(writer.finish());
  }

  /**
   * Reads a payload.
   *
   * @param payload read from its position to its limit; neither is moved
   * @param vocabularySize V; every id is smaller
   * @param maxTokens the most tokens that are accepted; nothing larger is allocated
   * @throws MalformedLogitsException if the bytes are not such a payload
   */
  public static FullLogits decode(ByteBuffer payload, int vocabularySize, int maxTokens) {
    if (vocabularySize < 1) {
      throw malformed("vocabulary size %d, expected at least 1", vocabularySize);
    }
    PayloadReader reader =
        new PayloadReader(SparseLogitsCodec.withoutChecksum(payload, LEAST_BYTES));
    int version = reader.readByte("the version");
    int encoding = reader.readByte("the encoding");
    if (version != VERSION || encoding != FULL) {
      throw malformed(
          "payload version %d and encoding %d, expected %d and %d",
          version, encoding, VERSION, FULL);
    }
    int[] tokens = SparseLogitsCodec.readTokens(reader, vocabularySize, maxTokens);
    int rows = reader.readVarint("the number of rows", 0, tokens.length - 1);
    byte[] coded = reader.readRest();
    long values = (long) rows * vocabularySize;
    if (values > FullRowsCoder.mostValues(coded.length)) {
      throw malformed(
          "%d rows of %d ids in %d coded bytes, expected at most %d values",
          rows, vocabularySize, coded.length, FullRowsCoder.mostValues(coded.length));
    }
    try {
      short[] levels = new FullRowsCoder(rows == 0 ? 0 : vocabularySize).decode(coded, rows);
      return new FullLogits(tokens, vocabularySize, rows, halves(levels));
    } catch (IllegalArgumentException e) {
      throw new MalformedLogitsException(
          MalformedLogitsException.Kind.MALFORMED,
          "the payload is not valid: " + e.getMessage(),
          e);
    }
  }

  private static short[] levels(FullLogits full) {
    short[] fp16 = full.fp16();
    short[] levels = new short[fp16.length];
    for (int index = 0; index < fp16.length; index++) {
      levels[index] = level(fp16[index]);
    }
    return levels;
  }

  private static short level(short half) {
    if (half == Half.LOWEST) {
      return FullRowsCoder.NOTHING;
    }
    int nearest = Math.round(-Half.toFloat(half) * FullRowsCoder.LEVELS_PER_NAT);
    return (short) Math.min(nearest, FullRowsCoder.NOTHING - 1);
  }

  /** Turns levels into the numbers that they stand for, in place. */
  private static short[] halves(short[] levels) {
    for (int index = 0; index < levels.length; index++) {
      levels[index] = HALVES[levels[index]];
    }
    return levels;
  }
}
