package io.logitstream.teacher.coding;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.Sequence;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.teacher.scoring.SampleSizing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts logits into records: sampled and top-k ones under the current prior, where priors are kept
 * and there is one. Priors are learned from what is trained on, never from held-out prompts. One
 * thread.
 */
public final class PayloadEncoder {
  private final Optional<PriorKeeper> priors;
  private final SampleSizing sizing;
  private @Nullable CodedLogitsCodec codec;

  /**
   * @param priors empty where payloads are packed plainly
   * @param sizing is told what sampled windows to train on take
   */
  public PayloadEncoder(Optional<PriorKeeper> priors, SampleSizing sizing) {
    this.priors = priors;
    this.sizing = sizing;
  }

  /** Sets what depends on the payload's encoding. The record has its spans already. */
  public void encodeInto(TeacherLogits.Builder record, SparseLogits logits) {
    boolean codable = logits instanceof SampledLogits || logits instanceof TopKLogits;
    if (priors.isEmpty() || !codable) {
      TeacherLogitsRecords.encodeInto(record, logits);
      tell(record, logits);
      return;
    }
    PriorKeeper keeper = priors.get();
    if (!record.getHeldOut()) {
      keeper.offer(sequence(logits, TeacherLogitsRecords.bounds(record.getSpans())));
    }
    Optional<ContextPrior> prior = keeper.current();
    if (prior.isEmpty()) {
      TeacherLogitsRecords.encodeInto(record, logits);
    } else if (logits instanceof TopKLogits top) {
      TeacherLogitsRecords.encodeInto(record, top, codec(prior.get()));
    } else {
      TeacherLogitsRecords.encodeInto(record, (SampledLogits) logits, codec(prior.get()));
    }
    // Until there is a prior records are longer than they will be.
    if (prior.isPresent()) {
      tell(record, logits);
    }
    if (record.getPriorSha256() == null) {
      keeper.meters().plain();
    } else {
      keeper.meters().coded();
    }
  }

  private void tell(TeacherLogits.Builder record, SparseLogits logits) {
    if (logits instanceof SampledLogits sampled && !record.getHeldOut()) {
      sizing.wrote(sampled.sampleSize(), record.getPayload().remaining(), sampled.rows());
    }
  }

  private static Sequence sequence(SparseLogits logits, int[] spans) {
    return logits instanceof TopKLogits top
        ? CodedLogitsCodec.sequence(top, spans)
        : CodedLogitsCodec.sequence((SampledLogits) logits, spans);
  }

  private CodedLogitsCodec codec(ContextPrior prior) {
    CodedLogitsCodec known = codec;
    if (known == null || known.prior() != prior) {
      known = new CodedLogitsCodec(prior);
      codec = known;
    }
    return known;
  }
}
