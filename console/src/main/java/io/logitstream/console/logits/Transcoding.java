package io.logitstream.console.logits;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.SystematicSampler;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import java.util.Optional;

/**
 * Makes the logits of one encoding from those of another, where they can be had: what a sample or
 * the most likely ids have left out is nowhere.
 *
 * @param to LABELS, SAMPLED, TOP_K or FULL
 * @param sampleSize M of SAMPLED, k of TOP_K; empty for as the records have it
 */
public record Transcoding(LogitsEncoding to, Optional<Integer> sampleSize) {
  public Transcoding {
    if (sampleSize.isPresent() && to != LogitsEncoding.SAMPLED && to != LogitsEncoding.TOP_K) {
      throw new IllegalArgumentException("%s has no sample size and no k".formatted(to));
    }
  }

  /** Whether what is made can be entropy-coded under a prior. */
  boolean hasPrior() {
    return to == LogitsEncoding.SAMPLED || to == LogitsEncoding.TOP_K;
  }

  /**
   * The logits of a record in the other encoding. Samples are drawn by the same hash of the
   * position as the teacher's.
   *
   * @throws LogitstreamException (CONFIGURATION) with the reason if they cannot be had
   */
  public SparseLogits apply(TeacherLogits record, SparseLogits logits) {
    if (to == LogitsEncoding.LABELS) {
      return new Labels(logits.tokens());
    }
    if (logits instanceof FullLogits full) {
      return switch (to) {
        case SAMPLED -> sampled(record, full);
        case TOP_K -> topK(record, full);
        default -> full;
      };
    }
    if (record.getEncoding() != to) {
      throw refusal(
          record,
          "%s cannot be made of %s: %s".formatted(to, record.getEncoding(), missing(logits)));
    }
    if (sampleSize.isPresent() && !sampleSize.get().equals(record.getSampleSize())) {
      throw refusal(
          record,
          "its sample size is %d, and another one can be had of FULL records alone"
              .formatted(record.getSampleSize()));
    }
    return logits;
  }

  private static String missing(SparseLogits logits) {
    if (logits instanceof TopKLogits) {
      return "which ids make up its tail was not kept";
    }
    return logits instanceof SampledLogits
        ? "probabilities were not kept, but how often each id was drawn"
        : "it holds tokens alone";
  }

  private static LogitstreamException refusal(TeacherLogits record, String why) {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        "window %d of prompt %s: %s".formatted(record.getWindow(), record.getPromptId(), why));
  }

  private int required(TeacherLogits record, int most) {
    int size =
        sampleSize.orElseThrow(
            () -> refusal(record, "%s of FULL needs a size: say which".formatted(to)));
    if (size > most) {
      throw refusal(record, "%d of %s, expected at most %d".formatted(size, to, most));
    }
    return size;
  }

  private SampledLogits sampled(TeacherLogits record, FullLogits full) {
    int draws = required(record, SampledLogits.MAX_SAMPLE_SIZE);
    return new SystematicSampler(full.vocabularySize(), draws)
        .sample(
            full,
            TeacherLogitsRecords.bounds(record.getSpans()),
            record.getPromptId(),
            record.getWindow(),
            record.getTeacher().getRevision());
  }

  private TopKLogits topK(TeacherLogits record, FullLogits full) {
    return TopKSelector.select(
        full, required(record, Math.min(TopKLogits.MAX_K, full.vocabularySize())));
  }
}
