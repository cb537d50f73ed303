package io.logitstream.trainer.ingest;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.CodedSampledCodec;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
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
      TeacherLogits record, int maxTokens, Function<String, Optional<CodedSampledCodec>> codecs) {
    SparseLogits logits = TeacherLogitsRecords.decode(record, maxTokens, codecs);
    return new TrainingExample(
        logits.tokens(),
        record.getSpans().stream()
            .map(span -> new PositionRange(span.getStart(), span.getEnd()))
            .toList(),
        record.getWeight(),
        record.getDomain(),
        logits,
        record.getTemperature(),
        entropySum(record.getSpans()));
  }

  private static OptionalDouble entropySum(List<TrainedSpan> spans) {
    double sum = 0;
    for (TrainedSpan span : spans) {
      Float entropy = span.getEntropySum();
      if (entropy == null) {
        return OptionalDouble.empty();
      }
      sum += entropy;
    }
    if (!Double.isFinite(sum)) {
      throw new IllegalArgumentException("entropy %s, expected a finite number".formatted(sum));
    }
    return OptionalDouble.of(sum);
  }
}
