package io.logitstream.teacher.publishing;

import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Where a record goes: held-out prompts to the evaluation logits, others to the teacher logits, by
 * the partition of the promptId alone.
 *
 * @param teacherLogits name and partitions of the topic that is trained on
 * @param evaluationLogits name and partitions of the topic that is never trained on
 */
public record Outbox(
    RecordSerializer serializer, Destination teacherLogits, Destination evaluationLogits) {

  /** A topic and its number of partitions. */
  public record Destination(String topic, int partitions) {}

  /** The record as it is sent. */
  public ProducerRecord<String, byte[]> record(TeacherLogits logits) {
    Destination destination = logits.getHeldOut() ? evaluationLogits : teacherLogits;
    return new ProducerRecord<>(
        destination.topic(),
        PromptPartitioner.partition(logits.getPromptId(), destination.partitions()),
        RecordKeys.teacherLogits(
            logits.getPromptId(), logits.getWindow(), logits.getTeacher().getRevision()),
        serializer.serialize(destination.topic(), logits));
  }
}
