package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import io.logitstream.logits.coding.CodedParts;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.Sequence;
import io.logitstream.logits.coding.SequenceCoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * SAMPLED and TOP_K payloads of version 2: entropy-coded under a prior.
 *
 * <pre>
 *   byte    version, 2
 *   byte    encoding: 3 SAMPLED, 4 TOP_K
 *   varint  number of tokens, T + 1
 *   varint  sample size, M; of TOP_K the ids of a row, k
 *   varint  number of spans of trained positions
 *   each span:
 *     varint  first position, less the end of the span before it
 *     varint  positions
 *   bits    tokens, ids and counts or levels, arithmetically coded: see {@link SequenceCoder}
 *   int     CRC-32C of the prior's SHA-256 and of all bytes before it
 * </pre>
 *
 * <p>Keeps the scratch memory of a coder: one thread at a time.
 */
public final class CodedLogitsCodec {
  /** The version of these payloads. */
  public static final int VERSION = 2;

  private static final int SAMPLED = 3;
  private static final int TOP_K = 4;
  private static final int LEAST_BYTES = 9;

  private final SequenceCoder coder;
  private final byte[] priorSha256;

  public CodedLogitsCodec(ContextPrior prior) {
    this.coder = new SequenceCoder(prior);
    this.priorSha256 = HexFormat.of().parseHex(prior.sha256());
  }

  /** What it codes under. */
  public ContextPrior prior() {
    return coder.prior();
  }

  /**
   * Writes a payload; empty where what is coded is so foreseeable that a reader, whose work is
   * bounded by the payload's length, would refuse it: pack that plainly.
   *
   * @param spans pairs of a first trained position and the position after the last one
   * @throws IllegalArgumentException if the vocabulary is not the prior's, or the spans do not hold
   *     as many positions as there are rows
   */
  public Optional<byte[]> encode(SampledLogits sampled, int[] spans) {
    return encode(SAMPLED, sampled.vocabularySize(), sequence(sampled, spans));
  }

  /** Writes a payload of the most likely ids; the rest as with those that were drawn. */
  public Optional<byte[]> encode(TopKLogits top, int[] spans) {
    return encode(TOP_K, top.vocabularySize(), sequence(top, spans));
  }

  private Optional<byte[]> encode(int encoding, int vocabularySize, Sequence sequence) {
    if (vocabularySize != prior().vocabularySize()) {
      throw new IllegalArgumentException(
          "logits over %d ids, the prior is of %d"
              .formatted(vocabularySize, prior().vocabularySize()));
    }
    byte[] coded = coder.encode(sequence);
    if (sequence.entries() > SequenceCoder.mostEntries(coded.length)) {
      return Optional.empty();
    }
    int[] spans = sequence.spans();
    PayloadWriter writer = new PayloadWriter(coded.length + 32);
    writer.writeByte(VERSION);
    writer.writeByte(encoding);
    writer.writeVarint(sequence.tokens().length);
    writer.writeVarint(sequence.sampleSize());
    writer.writeVarint(spans.length / 2);
    int previousEnd = 0;
    for (int index = 0; index < spans.length; index += 2) {
      writer.writeVarint(spans[index] - previousEnd);
      writer.writeVarint(spans[index + 1] - spans[index]);
      previousEnd = spans[index + 1];
    }
    writer.writeBytes(coded);
    return Optional.of(writer.finish(priorSha256));
  }

  /**
   * What the parts of a payload take.
   *
   * @throws IllegalArgumentException if the logits are neither SAMPLED nor TOP_K
   */
  public CodedParts measure(SparseLogits logits, int[] spans) {
    if (logits instanceof SampledLogits sampled) {
      return coder.measure(sequence(sampled, spans));
    }
    if (logits instanceof TopKLogits top) {
      return coder.measure(sequence(top, spans));
    }
    throw new IllegalArgumentException(logits + ", expected SAMPLED or TOP_K");
  }

  /** Sampled logits as the coder and a prior's learner take them; arrays are shared. */
  public static Sequence sequence(SampledLogits sampled, int[] spans) {
    return Sequence.of(
        sampled.tokens(),
        spans,
        sampled.sampleSize(),
        sampled.offsets(),
        sampled.ids(),
        sampled.counts());
  }

  /** The most likely ids as the coder and a prior's learner take them; arrays are shared. */
  public static Sequence sequence(TopKLogits top, int[] spans) {
    return Sequence.topK(top.tokens(), spans, top.k(), top.ids(), top.levels());
  }

  /**
   * What a payload holds.
   *
   * @param spans pairs of a first trained position and the position after the last one
   */
  public record Decoded(SparseLogits logits, int[] spans) {}

  /**
   * Reads a payload.
   *
   * @param payload read from its position to its limit; neither is moved
   * @param maxTokens the most tokens that are accepted; memory is in proportion to them and to the
   *     payload's length
   * @throws MalformedLogitsException if the bytes are not a payload of this version under this
   *     prior
   */
  public Decoded decode(ByteBuffer payload, int maxTokens) {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    if (bytes.length < LEAST_BYTES) {
      throw malformed("a payload of %d bytes, expected at least %d", bytes.length, LEAST_BYTES);
    }
    int end = bytes.length - Integer.BYTES;
    checkCrc(bytes, end);
    ByteBuffer content = ByteBuffer.wrap(bytes, 0, end).order(ByteOrder.LITTLE_ENDIAN);
    PayloadReader reader = new PayloadReader(content);
    int version = reader.readByte("the version");
    int encoding = reader.readByte("the encoding");
    if (version != VERSION || (encoding != SAMPLED && encoding != TOP_K)) {
      throw malformed(
          "payload of version %d and encoding %d, expected %d and %d or %d",
          version, encoding, VERSION, SAMPLED, TOP_K);
    }
    int tokens = reader.readVarint("the number of tokens", 2, maxTokens);
    int mostSamples =
        encoding == SAMPLED
            ? SampledLogits.MAX_SAMPLE_SIZE
            : Math.min(TopKLogits.MAX_K, prior().vocabularySize());
    int sampleSize = reader.readVarint("the sample size, or k,", 1, mostSamples);
    int[] spans = readSpans(reader, tokens - 1);
    try {
      int start = content.position();
      int length = reader.remaining();
      SparseLogits logits =
          encoding == SAMPLED
              ? sampled(coder.decode(bytes, start, length, tokens, spans, sampleSize))
              : topK(coder.decodeTopK(bytes, start, length, tokens, spans, sampleSize));
      return new Decoded(logits, spans);
    } catch (IllegalArgumentException e) {
      throw new MalformedLogitsException(
          MalformedLogitsException.Kind.MALFORMED,
          "the payload is not valid: " + e.getMessage(),
          e);
    }
  }

  private SampledLogits sampled(Sequence sequence) {
    return new SampledLogits(
        sequence.tokens(),
        prior().vocabularySize(),
        sequence.sampleSize(),
        sequence.offsets(),
        Arrays.copyOf(sequence.ids(), sequence.entries()),
        Arrays.copyOf(sequence.counts(), sequence.entries()));
  }

  private TopKLogits topK(Sequence sequence) {
    return new TopKLogits(
        sequence.tokens(),
        prior().vocabularySize(),
        sequence.sampleSize(),
        sequence.offsets().length - 1,
        sequence.ids(),
        sequence.levels());
  }

  private static int[] readSpans(PayloadReader reader, int positions) {
    int count = reader.readVarint("the number of spans", 0, reader.remaining() / 2);
    int[] spans = new int[2 * count];
    int previousEnd = 0;
    for (int index = 0; index < spans.length; index += 2) {
      spans[index] =
          previousEnd + reader.readVarint("the start of a span", 0, positions - previousEnd);
      previousEnd =
          spans[index] + reader.readVarint("the length of a span", 1, positions - spans[index]);
      spans[index + 1] = previousEnd;
    }
    return spans;
  }

  private void checkCrc(byte[] bytes, int end) {
    CRC32C crc = new CRC32C();
    crc.update(priorSha256);
    crc.update(bytes, 0, end);
    int expected = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
    if ((int) crc.getValue() != expected) {
      throw new MalformedLogitsException(
          MalformedLogitsException.Kind.CHECKSUM,
          "the payload's %d bytes with their prior %s have the CRC-32C %08x, expected %08x: they were changed or cut off since they were written, or are of another prior"
              .formatted(bytes.length, prior().sha256(), crc.getValue(), expected));
    }
  }
}
