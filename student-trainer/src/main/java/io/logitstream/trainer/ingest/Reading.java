package io.logitstream.trainer.ingest;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.schemas.OriginKind;
import java.time.Instant;

/** What a record is to the run. */
public sealed interface Reading {
  /**
   * It is trained on.
   *
   * @param teacher NAME@REVISION
   * @param origin who wrote the text
   * @param createdAt when the prompt came into being
   */
  record Trainable(TrainingExample example, String teacher, OriginKind origin, Instant createdAt)
      implements Reading {}

  /** It is none of the run's: counted, and not trained on. */
  record PassedOver() implements Reading {}

  /**
   * The bytes or the run's configuration condemn it.
   *
   * @param code malformed, checksum, wrong-tokenizer …
   * @param reason what was found and what was expected
   */
  record Condemned(String code, String reason) implements Reading {
    private static final int MAX_REASON_CHARACTERS = 4096;

    /** What was read may be quoted in the reason, which goes into the ledger: it is shortened. */
    public Condemned {
      reason =
          reason.length() <= MAX_REASON_CHARACTERS
              ? reason
              : reason.substring(0, MAX_REASON_CHARACTERS) + "…";
    }
  }
}
