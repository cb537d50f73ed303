package io.logitstream.lineage.query;

import io.logitstream.lineage.store.PromptStore.Located;
import io.logitstream.lineage.store.RecordKind;
import io.logitstream.schemas.IndexedRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record of a prompt: the prompt itself, or one of its windows as a teacher scored it.
 *
 * @param topicId Kafka's id of the topic that it lies in
 * @param appendedAtMs when the broker appended it, in milliseconds since 1970
 * @param windows number of windows of the prompt; 0 for the prompt itself
 * @param teacher NAME@REVISION; null for the prompt itself
 * @param subject null where it is about nobody, and once it is erased
 * @param sourcePosition null for windows, and once it is erased
 * @param erasedAtMs when its tombstone was appended; null while it stands
 */
public record RecordFact(
    RecordKind kind,
    String topicId,
    int partition,
    long offset,
    String key,
    long appendedAtMs,
    int window,
    int windows,
    @Nullable String teacher,
    double weight,
    boolean heldOut,
    @Nullable String subject,
    String domain,
    String source,
    @Nullable String sourcePosition,
    @Nullable Long erasedAtMs) {

  static RecordFact of(Located located) {
    IndexedRecord record = located.record();
    Instant erasedAt = record.getErasedAt();
    return new RecordFact(
        located.kind(),
        record.getTopicId(),
        record.getPartition(),
        record.getOffset(),
        record.getKey(),
        record.getAppendedAt().toEpochMilli(),
        record.getWindow(),
        record.getWindows(),
        record.getTeacher(),
        record.getWeight(),
        record.getHeldOut(),
        record.getSubject(),
        record.getDomain(),
        record.getSource(),
        record.getSourcePosition(),
        erasedAt == null ? null : erasedAt.toEpochMilli());
  }

  /** Where it lies. */
  public RecordPosition position() {
    return new RecordPosition(topicId, partition, offset);
  }

  /** Whether it tells of a person. */
  public boolean isPersonal() {
    return subject != null || sourcePosition != null;
  }

  /** Whether no tombstone has erased it. */
  public boolean stands() {
    return erasedAtMs == null;
  }
}
