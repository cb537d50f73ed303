package io.logitstream.trainer.evaluation;

import io.logitstream.logits.MalformedLogitsException;
import io.logitstream.logits.MissingPriorException;
import io.logitstream.logits.UnsupportedEncodingException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.EvaluationWindow;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.trainer.ingest.AcceptedTeachers;
import io.logitstream.trainer.ingest.RecordDecoder;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.ingest.TeacherLogitsExamples;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the windows of evaluation-logits that the student can be evaluated on. The others are
 * nobody's loss: they are passed over, and told in the log. For one thread.
 */
final class EvaluationRecordDecoder
    implements RecordDecoder<Optional<EvaluationWindowRecord>>, AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(EvaluationRecordDecoder.class);

  private final RecordDeserializer<TeacherLogits> deserializer;
  private final AcceptedTeachers teachers;
  private final StudentIdentity student;
  private final Predicate<String> wantsDomain;

  /**
   * @param wantsDomain whether windows of a domain are still wanted: those of others are not
   *     decoded
   */
  EvaluationRecordDecoder(
      KafkaSettings kafka,
      AcceptedTeachers teachers,
      StudentIdentity student,
      Predicate<String> wantsDomain) {
    this.deserializer = new RecordDeserializer<>(kafka, TeacherLogits.class);
    this.teachers = teachers;
    this.student = student;
    this.wantsDomain = wantsDomain;
  }

  @Override
  public Optional<EvaluationWindowRecord> decode(ConsumerRecord<String, byte[]> read) {
    if (read.value() == null || read.key() == null) {
      return Optional.empty();
    }
    try {
      TeacherLogits record = deserializer.deserialize(read.topic(), read.value());
      if (!wantsDomain.test(record.getDomain()) || !teachers.accepts(record.getTeacher())) {
        return Optional.empty();
      }
      var refusal = student.refusal(record.getTeacher());
      if (refusal.isPresent()) {
        return passOver(read, refusal.get().reason());
      }
      if (record.getEncoding() != LogitsEncoding.FULL) {
        return passOver(read, "encoding %s, expected FULL".formatted(record.getEncoding()));
      }
      return Optional.of(
          new EvaluationWindowRecord(
              record.getDomain(),
              new EvaluationWindow(
                  record.getPromptId(),
                  record.getWindow(),
                  AcceptedTeachers.name(record.getTeacher())),
              TeacherLogitsExamples.decode(record, student.maxTokens(), sha256 -> Optional.empty()),
              read.key(),
              read.value()));
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON) {
        throw e;
      }
      return passOver(read, String.valueOf(e.getMessage()));
    } catch (MalformedLogitsException
        | MissingPriorException
        | IllegalArgumentException
        | UnsupportedEncodingException e) {
      return passOver(read, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<EvaluationWindowRecord> passOver(
      ConsumerRecord<String, byte[]> read, String why) {
    LOGGER.warn(
        "{}-{}@{} is not evaluated on: {}", read.topic(), read.partition(), read.offset(), why);
    return Optional.empty();
  }

  @Override
  public void close() {
    deserializer.close();
  }
}
