package io.logitstream.lineage.query;

import io.logitstream.schemas.IndexedDeadLetter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter of a prompt.
 *
 * @param topic the topic of dead letters, without the pipeline's prefix
 * @param appendedAtMs when the broker appended it, in milliseconds since 1970
 * @param code short code of the reason
 * @param erasedAtMs when its tombstone was appended; null while it stands
 */
public record DeadLetterFact(
    String topic,
    int partition,
    long offset,
    String key,
    long appendedAtMs,
    String code,
    @Nullable Long erasedAtMs) {
  static DeadLetterFact of(IndexedDeadLetter letter) {
    Instant erasedAt = letter.getErasedAt();
    return new DeadLetterFact(
        letter.getTopic(),
        letter.getPartition(),
        letter.getOffset(),
        letter.getKey(),
        letter.getAppendedAt().toEpochMilli(),
        letter.getCode(),
        erasedAt == null ? null : erasedAt.toEpochMilli());
  }

  /** Whether no tombstone has erased it. */
  public boolean stands() {
    return erasedAtMs == null;
  }
}
