package io.logitstream.trainer.ingest;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.logits.MalformedLogitsException;
import io.logitstream.logits.MissingPriorException;
import io.logitstream.logits.UnsupportedEncodingException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a record of teacher-logits is to the run. The decision depends on the bytes and on
 * the run's configuration alone, so that every replay decides alike. For one thread.
 */
public final class TrainingRecordDecoder implements RecordDecoder<Reading>, AutoCloseable {
  /** The code of skips that an operator asked for. */
  public static final String OPERATOR = "operator";

  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingRecordDecoder.class);
  private static final int MAX_TOLD_TEACHERS = 32;
  private static final int MAX_NAME_CHARACTERS = 200;

  private final RecordDeserializer<TeacherLogits> deserializer;
  private final AcceptedTeachers teachers;
  private final Set<SkippedRecord> skips;
  private final StudentIdentity student;
  private final ObjectiveSettings objective;
  private final PriorCodecs priors;
  private final Set<String> toldTeachers = new HashSet<>();

  public TrainingRecordDecoder(
      KafkaSettings kafka,
      IngestSettings settings,
      StudentIdentity student,
      ObjectiveSettings objective) {
    this.deserializer = new RecordDeserializer<>(kafka, TeacherLogits.class);
    this.teachers = settings.teachers();
    this.skips = new HashSet<>(settings.skips());
    this.student = student;
    this.objective = objective;
    this.priors = new PriorCodecs(new KafkaClients(kafka, "priors"));
  }

  @Override
  public Reading decode(ConsumerRecord<String, byte[]> read) {
    if (skips.contains(new SkippedRecord(read.partition(), read.offset()))) {
      return new Reading.Condemned(OPERATOR, "train.skip names this record");
    }
    if (read.value() == null) {
      return new Reading.PassedOver(); // a tombstone: what it erases lies before it
    }
    TeacherLogits record;
    try {
      record = deserializer.deserialize(read.topic(), read.value());
    } catch (LogitstreamException e) {
      if (e.kind() == FailureKind.POISON) {
        return new Reading.Condemned("malformed", String.valueOf(e.getMessage()));
      }
      throw e;
    }
    if (!teachers.accepts(record.getTeacher())) {
      tellOfOther(AcceptedTeachers.name(record.getTeacher()), read);
      return new Reading.PassedOver();
    }
    Optional<Reading.Condemned> unnameable = RecordNames.refusal(record);
    if (unnameable.isPresent()) {
      return unnameable.get();
    }
    if (record.getHeldOut()) {
      return new Reading.Condemned(
          "held-out",
          "prompt %s is evaluation data and must never be trained on"
              .formatted(record.getPromptId()));
    }
    Optional<Reading.Condemned> refusal = student.refusal(record.getTeacher());
    return refusal.isPresent() ? refusal.get() : decodePayload(read, record);
  }

  private Reading decodePayload(ConsumerRecord<String, byte[]> read, TeacherLogits record) {
    awaitKnownEncoding(read, record);
    Optional<String> unfit = objective.refusal(record.getEncoding(), record.getTemperature());
    if (unfit.isPresent()) {
      return new Reading.Condemned(
          "unfit-for-loss",
          "of domain %s by teacher %s: %s"
              .formatted(
                  record.getDomain(), AcceptedTeachers.name(record.getTeacher()), unfit.get()));
    }
    if (record.getTokenCount() > student.maxTokens()) {
      return new Reading.Condemned(
          "too-long",
          "the window has %d tokens, expected at most %d: the student's positions and train.max-tokens"
              .formatted(record.getTokenCount(), student.maxTokens()));
    }
    try {
      if (record.getWeight() == 0
          || record.getSpans().stream().allMatch(span -> span.getWeight() == 0)) {
        return new Reading.PassedOver();
      }
      return new Reading.Trainable(
          TeacherLogitsExamples.decode(record, student.maxTokens(), priors),
          AcceptedTeachers.name(record.getTeacher()),
          record.getOrigin().getKind(),
          record.getCreatedAt());
    } catch (MalformedLogitsException e) {
      String code =
          switch (e.kind()) {
            case CHECKSUM -> "checksum";
            case MALFORMED -> "malformed";
          };
      return new Reading.Condemned(code, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return new Reading.Condemned("malformed", String.valueOf(e.getMessage()));
    } catch (MissingPriorException e) {
      throw waiting(read, "its prior", e);
    } catch (UnsupportedEncodingException e) {
      throw waiting(read, "a newer build", e);
    }
  }

  private static void awaitKnownEncoding(
      ConsumerRecord<String, byte[]> read, TeacherLogits record) {
    if (record.getEncoding() == LogitsEncoding.UNKNOWN) {
      throw waiting(
          read,
          "a newer build",
          new UnsupportedEncodingException("its encoding is none that this build knows"));
    }
  }

  private static LogitstreamException waiting(
      ConsumerRecord<String, byte[]> read, String forWhat, RuntimeException why) {
    return new LogitstreamException(
        FailureKind.RETRYABLE,
        "%s-%d@%d waits for %s: %s. To train without this record: train --skip %d@%d"
            .formatted(
                read.topic(),
                read.partition(),
                read.offset(),
                forWhat,
                why.getMessage(),
                read.partition(),
                read.offset()),
        why);
  }

  /** Without a word, a run whose teachers are misspelt would wait for ever. */
  private void tellOfOther(String teacher, ConsumerRecord<String, byte[]> read) {
    if (toldTeachers.size() < MAX_TOLD_TEACHERS && toldTeachers.add(teacher)) {
      LOGGER.info(
          "records of teacher {} are passed over, of which {}-{}@{} is the first: student.teachers accepts {}",
          shortened(teacher),
          read.topic(),
          read.partition(),
          read.offset(),
          teachers.names());
    }
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME_CHARACTERS
        ? name
        : name.substring(0, MAX_NAME_CHARACTERS) + "…";
  }

  @Override
  public void close() {
    priors.close();
    deserializer.close();
  }
}
