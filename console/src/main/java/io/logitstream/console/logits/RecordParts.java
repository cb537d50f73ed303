package io.logitstream.console.logits;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.coding.CodedParts;
import io.logitstream.schemas.TeacherLogits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the parts of a record take, in bytes. Parts of coded payloads are fractions of what the
 * arithmetic coder wrote.
 *
 * @param headers the key, and all of the value but its payload
 * @param tokens the tokens
 * @param ids which ids each position has
 * @param counts counts, levels or logits
 * @param framing what the payload has beside: lengths, spans, rounding, the checksum
 */
public record RecordParts(
    double headers, double tokens, double ids, double counts, double framing) {
  /** Nothing. */
  public static final RecordParts NONE = new RecordParts(0, 0, 0, 0, 0);

  /**
   * Measures a record.
   *
   * @param recordBytes bytes of key and value
   */
  static RecordParts of(
      TeacherLogits record,
      long recordBytes,
      SparseLogits logits,
      Function<String, Optional<CodedLogitsCodec>> codecs) {
    int payloadBytes = record.getPayload().remaining();
    double[] parts = parts(record, logits, codecs);
    return new RecordParts(
        recordBytes - payloadBytes,
        parts[0],
        parts[1],
        parts[2],
        payloadBytes - parts[0] - parts[1] - parts[2]);
  }

  private static double[] parts(
      TeacherLogits record,
      SparseLogits logits,
      Function<String, Optional<CodedLogitsCodec>> codecs) {
    if (record.getPriorSha256() != null) {
      return coded(
          codecs
              .apply(record.getPriorSha256())
              .orElseThrow()
              .measure(logits, TeacherLogitsRecords.bounds(record.getSpans())));
    }
    double[] parts = plain(logits);
    if (TeacherLogitsRecords.isCodedFull(record)) {
      // Version, encoding and checksum, bits of a token, and two numbers.
      int lengths = varintBytes(logits.tokens().length) + varintBytes(logits.rows());
      parts[2] = record.getPayload().remaining() - parts[0] - lengths - 3 - Integer.BYTES;
    }
    return parts;
  }

  private static double[] coded(CodedParts parts) {
    return new double[] {
      parts.tokens() / Byte.SIZE, parts.ids() / Byte.SIZE, parts.counts() / Byte.SIZE
    };
  }

  private static double[] plain(SparseLogits logits) {
    double[] parts = new double[3];
    int all = 0;
    for (int token : logits.tokens()) {
      all |= token;
    }
    parts[0] = (logits.tokens().length * Math.max(1, bits(all)) + 7) / 8;
    if (logits instanceof FullLogits full) {
      parts[2] = (double) full.fp16().length * Short.BYTES;
    } else if (logits instanceof SampledLogits sampled) {
      for (int row = 0; row < sampled.rows(); row++) {
        int start = sampled.offsets()[row];
        parts[1] += gaps(sampled.ids(), start, sampled.offsets()[row + 1]);
      }
      for (int count : sampled.counts()) {
        parts[2] += varintBytes(count - 1);
      }
    } else if (logits instanceof TopKLogits top) {
      for (int row = 0; row < top.rows(); row++) {
        parts[1] += gaps(top.ids(), row * top.k(), (row + 1) * top.k());
      }
      for (short level : top.levels()) {
        parts[2] += varintBytes(level);
      }
    }
    return parts;
  }

  private static int gaps(int[] ids, int start, int end) {
    int bytes = 0;
    int previous = -1;
    for (int entry = start; entry < end; entry++) {
      bytes += varintBytes(ids[entry] - previous - 1);
      previous = ids[entry];
    }
    return bytes;
  }

  private static int varintBytes(int value) {
    return Math.max(1, (bits(value) + 6) / 7);
  }

  private static int bits(int value) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(value);
  }

  RecordParts plus(RecordParts other) {
    return new RecordParts(
        headers + other.headers,
        tokens + other.tokens,
        ids + other.ids,
        counts + other.counts,
        framing + other.framing);
  }

  double all() {
    return headers + tokens + ids + counts + framing;
  }

  /** Bytes a token by part. */
  Map<String, Object> perToken(long trainedTokens) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("all", all() / trainedTokens);
    told.put("headers", headers / trainedTokens);
    told.put("tokens", tokens / trainedTokens);
    told.put("ids", ids / trainedTokens);
    told.put("counts", counts / trainedTokens);
    told.put("framing", framing / trainedTokens);
    return told;
  }
}
