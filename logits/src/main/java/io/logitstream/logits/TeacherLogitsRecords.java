package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.nio.ByteBuffer;
import java.util.List;

/** The place of sparse logits in a {@link TeacherLogits} record. */
public final class TeacherLogitsRecords {
  private TeacherLogitsRecords() {}

  /**
   * Decodes the payload of a record, and checks what the record says about it: versions, number of
   * tokens, spans against rows, sample size, vocabulary.
   *
   * @param maxTokens the most tokens that are accepted
   * @throws MalformedLogitsException if record or payload condemn themselves
   * @throws UnsupportedEncodingException if the encoding or its version is newer than this build
   */
  public static SparseLogits decode(TeacherLogits record, int maxTokens) {
    SparseLogits logits =
        SparseLogitsCodec.decode(
            record.getEncoding(),
            record.getEncodingVersion(),
            record.getPayload(),
            record.getTeacher().getVocabularySize(),
            maxTokens);
    if (record.getTokenCount() != logits.tokens().length) {
      throw malformed(
          "the record names %d tokens, its payload has %d",
          record.getTokenCount(), logits.tokens().length);
    }
    if (record.getPriorSha256() != null) {
      throw malformed("the record names prior %s, its encoding has none", record.getPriorSha256());
    }
    if (!(record.getTemperature() > 0 && Float.isFinite(record.getTemperature()))) {
      throw malformed("temperature %s, expected more than 0", record.getTemperature());
    }
    checkSampleSize(record, logits);
    int trained = trainedPositions(record.getSpans(), record.getTokenCount() - 1);
    if (!(logits instanceof Labels) && trained != logits.rows()) {
      throw malformed(
          "the spans hold %d trained positions, the payload has %d rows", trained, logits.rows());
    }
    return logits;
  }

  /**
   * Sets encoding, encodingVersion, tokenCount, sampleSize, priorSha256 and payload.
   *
   * @throws IllegalArgumentException if the builder has spans already and they do not fit
   */
  public static void encodeInto(TeacherLogits.Builder builder, SparseLogits logits) {
    int tokens = logits.tokens().length;
    if (builder.hasSpans()) {
      int trained = trainedPositions(builder.getSpans(), tokens - 1);
      if (!(logits instanceof Labels) && trained != logits.rows()) {
        throw new IllegalArgumentException(
            "the spans hold %d trained positions, the logits have %d rows"
                .formatted(trained, logits.rows()));
      }
    }
    builder
        .setEncoding(SparseLogitsCodec.encodingOf(logits))
        .setEncodingVersion(SparseLogitsCodec.VERSION)
        .setTokenCount(tokens)
        .setSampleSize(logits instanceof SampledLogits sampled ? sampled.sampleSize() : null)
        .setPriorSha256(null)
        .setPayload(ByteBuffer.wrap(SparseLogitsCodec.encode(logits)));
  }

  /**
   * Number of positions that the spans hold.
   *
   * @param positions T
   * @throws MalformedLogitsException if the spans are empty, overlap, go back or leave [0, T)
   */
  public static int trainedPositions(List<TrainedSpan> spans, int positions) {
    int trained = 0;
    int previousEnd = 0;
    for (TrainedSpan span : spans) {
      if (span.getStart() < previousEnd
          || span.getEnd() <= span.getStart()
          || span.getEnd() > positions) {
        throw malformed(
            "trained span [%d, %d) after position %d of %d",
            span.getStart(), span.getEnd(), previousEnd, positions);
      }
      trained += span.getEnd() - span.getStart();
      previousEnd = span.getEnd();
    }
    return trained;
  }

  private static void checkSampleSize(TeacherLogits record, SparseLogits logits) {
    Integer named = record.getSampleSize();
    if (logits instanceof SampledLogits sampled) {
      if (named == null || named != sampled.sampleSize()) {
        throw malformed(
            "the record names sample size %s, its payload has %d", named, sampled.sampleSize());
      }
    } else if (named != null) {
      throw malformed("the record names sample size %d, its encoding has none", named);
    }
  }
}
