package io.logitstream.teacher.coding;

import io.logitstream.logits.CodedSampledCodec;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.schemas.TeacherLogits;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts logits into records: sampled ones under the current prior, where priors are kept and there
 * is one. Priors are learned from what is trained on, never from held-out prompts. One thread.
 */
public final class PayloadEncoder {
  private final Optional<PriorKeeper> priors;
  private @Nullable CodedSampledCodec codec;

  /**
   * @param priors empty where payloads are packed plainly
   */
  public PayloadEncoder(Optional<PriorKeeper> priors) {
    this.priors = priors;
  }

  /** Sets what depends on the payload's encoding. The record has its spans already. */
  public void encodeInto(TeacherLogits.Builder record, SparseLogits logits) {
    if (priors.isEmpty() || !(logits instanceof SampledLogits sampled)) {
      TeacherLogitsRecords.encodeInto(record, logits);
      return;
    }
    PriorKeeper keeper = priors.get();
    if (!record.getHeldOut()) {
      keeper.offer(sampled, TeacherLogitsRecords.bounds(record.getSpans()));
    }
    Optional<ContextPrior> prior = keeper.current();
    if (prior.isEmpty()) {
      TeacherLogitsRecords.encodeInto(record, sampled);
    } else {
      TeacherLogitsRecords.encodeInto(record, sampled, codec(prior.get()));
    }
    if (record.getPriorSha256() == null) {
      keeper.meters().plain();
    } else {
      keeper.meters().coded();
    }
  }

  private CodedSampledCodec codec(ContextPrior prior) {
    CodedSampledCodec known = codec;
    if (known == null || known.prior() != prior) {
      known = new CodedSampledCodec(prior);
      codec = known;
    }
    return known;
  }
}
