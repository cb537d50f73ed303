package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The place of sparse logits in a {@link TeacherLogits} record. */
public final class TeacherLogitsRecords {
  private TeacherLogitsRecords() {}

  /**
   * Decodes a record where no priors are at hand: see {@link #decode(TeacherLogits, int,
   * Function)}.
   */
  public static SparseLogits decode(TeacherLogits record, int maxTokens) {
    return decode(record, maxTokens, sha256 -> Optional.empty());
  }

  /**
   * Decodes the payload of a record, and checks what the record says about it: versions, number of
   * tokens, spans against rows, sample size, vocabulary.
   *
   * @param maxTokens the most tokens that are accepted
   * @param codecs the codec of a prior, by the prior's SHA-256 in hex; used by the calling thread
   * @throws MalformedLogitsException if record or payload condemn themselves
   * @throws UnsupportedEncodingException if the encoding or its version is newer than this build
   * @throws MissingPriorException if there is no codec for the prior that the record names
   */
  public static SparseLogits decode(
      TeacherLogits record, int maxTokens, Function<String, Optional<CodedLogitsCodec>> codecs) {
    boolean coded =
        (record.getEncoding() == LogitsEncoding.SAMPLED
                || record.getEncoding() == LogitsEncoding.TOP_K)
            && record.getEncodingVersion() == CodedLogitsCodec.VERSION;
    SparseLogits logits =
        coded ? decodeCoded(record, maxTokens, codecs) : decodePlain(record, maxTokens);
    if (record.getTokenCount() != logits.tokens().length) {
      throw malformed(
          "the record names %d tokens, its payload has %d",
          record.getTokenCount(), logits.tokens().length);
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

  private static SparseLogits decodeCoded(
      TeacherLogits record, int maxTokens, Function<String, Optional<CodedLogitsCodec>> codecs) {
    String sha256 = record.getPriorSha256();
    if (sha256 == null) {
      throw malformed("the record names no prior, its encoding has one");
    }
    CodedLogitsCodec codec =
        codecs.apply(sha256).orElseThrow(() -> new MissingPriorException(sha256));
    if (codec.prior().vocabularySize() != record.getTeacher().getVocabularySize()) {
      throw malformed(
          "the teacher has %d ids, the record's prior %d",
          record.getTeacher().getVocabularySize(), codec.prior().vocabularySize());
    }
    CodedLogitsCodec.Decoded decoded = codec.decode(record.getPayload(), maxTokens);
    if (SparseLogitsCodec.encodingOf(decoded.logits()) != record.getEncoding()) {
      throw malformed(
          "the record names %s, its payload holds %s", record.getEncoding(), decoded.logits());
    }
    if (!Arrays.equals(decoded.spans(), bounds(record.getSpans()))) {
      throw malformed("the record's spans are not those of its payload");
    }
    return decoded.logits();
  }

  private static SparseLogits decodePlain(TeacherLogits record, int maxTokens) {
    int vocabularySize = record.getTeacher().getVocabularySize();
    SparseLogits logits =
        isCodedFull(record)
            ? CodedFullCodec.decode(record.getPayload(), vocabularySize, maxTokens)
            : SparseLogitsCodec.decode(
                record.getEncoding(),
                record.getEncodingVersion(),
                record.getPayload(),
                vocabularySize,
                maxTokens);
    if (record.getPriorSha256() != null) {
      throw malformed("the record names prior %s, its encoding has none", record.getPriorSha256());
    }
    return logits;
  }

  /** Whether a record has all logits quantised and coded; no prior is needed for that. */
  public static boolean isCodedFull(TeacherLogits record) {
    return record.getEncoding() == LogitsEncoding.FULL
        && record.getEncodingVersion() == CodedFullCodec.VERSION;
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
        .setSampleSize(sampleSize(logits))
        .setPriorSha256(null)
        .setPayload(ByteBuffer.wrap(SparseLogitsCodec.encode(logits)));
  }

  /**
   * Sets encoding, encodingVersion, tokenCount, sampleSize, priorSha256 and payload: coded under a
   * prior, or plainly where that is no longer. The builder has its spans already.
   *
   * @throws IllegalArgumentException if spans, vocabulary and logits do not fit together
   */
  public static void encodeInto(
      TeacherLogits.Builder builder, SampledLogits logits, CodedLogitsCodec codec) {
    encodeInto(builder, logits);
    shorten(builder, codec.encode(logits, bounds(builder.getSpans())), codec);
  }

  /** The same for the most likely ids. */
  public static void encodeInto(
      TeacherLogits.Builder builder, TopKLogits logits, CodedLogitsCodec codec) {
    encodeInto(builder, logits);
    shorten(builder, codec.encode(logits, bounds(builder.getSpans())), codec);
  }

  /**
   * Quantises and codes all logits ({@link CodedFullCodec}), or packs them plainly where that is no
   * longer.
   *
   * @throws IllegalArgumentException if spans and logits do not fit together
   */
  public static void encodeQuantisedInto(TeacherLogits.Builder builder, FullLogits logits) {
    encodeInto(builder, logits);
    CodedFullCodec.encode(logits)
        .filter(payload -> payload.length < builder.getPayload().remaining())
        .ifPresent(
            payload ->
                builder
                    .setEncodingVersion(CodedFullCodec.VERSION)
                    .setPayload(ByteBuffer.wrap(payload)));
  }

  private static void shorten(
      TeacherLogits.Builder builder, Optional<byte[]> coded, CodedLogitsCodec codec) {
    coded
        .filter(payload -> payload.length < builder.getPayload().remaining())
        .ifPresent(
            payload ->
                builder
                    .setEncodingVersion(CodedLogitsCodec.VERSION)
                    .setPriorSha256(codec.prior().sha256())
                    .setPayload(ByteBuffer.wrap(payload)));
  }

  /** M of SAMPLED, k of TOP_K, null for the others. */
  private static @Nullable Integer sampleSize(SparseLogits logits) {
    if (logits instanceof SampledLogits sampled) {
      return sampled.sampleSize();
    }
    return logits instanceof TopKLogits top ? top.k() : null;
  }

  /** Spans as pairs of a first position and the position after the last one. */
  public static int[] bounds(List<TrainedSpan> spans) {
    return spans.stream()
        .flatMapToInt(span -> IntStream.of(span.getStart(), span.getEnd()))
        .toArray();
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
    Integer found = sampleSize(logits);
    if (!Objects.equals(named, found)) {
      throw malformed(
          "the record names sample size %s, its payload has %s",
          String.valueOf(named), String.valueOf(found));
    }
  }
}
