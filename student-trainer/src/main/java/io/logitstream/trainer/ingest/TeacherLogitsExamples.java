package io.logitstream.trainer.ingest;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Decodes teacher logits to what steps and evaluations compute on. */
public final class TeacherLogitsExamples {
  private TeacherLogitsExamples() {}

  /**
   * The example that a record holds.
   *
   * @param maxTokens the most tokens that are accepted
   * @param codecs the codecs of priors, by SHA-256
   * @throws io.logitstream.logits.MalformedLogitsException if the record condemns itself
   * @throws io.logitstream.logits.MissingPriorException if its prior is not there
   * @throws io.logitstream.logits.UnsupportedEncodingException if a newer build can read it
   * @throws IllegalArgumentException if its parts do not fit together
   */
  public static TrainingExample decode(
      TeacherLogits record, int maxTokens, Function<String, Optional<CodedLogitsCodec>> codecs) {
    SparseLogits logits = TeacherLogitsRecords.decode(record, maxTokens, codecs);
    return new TrainingExample(
        logits.tokens(),
        record.getSpans().stream()
            .map(span -> new PositionRange(span.getStart(), span.getEnd(), span.getWeight()))
            .toList(),
        record.getWeight(),
        record.getDomain(),
        logits,
        record.getTemperature(),
        entropySums(record.getSpans()));
  }

  /** One for each span, or none where one is unknown. */
  private static List<Double> entropySums(List<TrainedSpan> spans) {
    List<Double> sums = new ArrayList<>();
    for (TrainedSpan span : spans) {
      Float entropy = span.getEntropySum();
      if (entropy == null) {
        return List.of();
      }
      if (!Float.isFinite(entropy)) {
        throw new IllegalArgumentException(
            "entropy %s, expected a finite number".formatted(entropy));
      }
      sums.add((double) entropy);
    }
    return sums;
  }
}
