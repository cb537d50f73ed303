package io.logitstream.trainer.evaluation;

import io.logitstream.logits.MalformedLogitsException;
import io.logitstream.logits.MissingPriorException;
import io.logitstream.logits.UnsupportedEncodingException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.EvaluationWindow;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.trainer.ingest.AcceptedTeachers;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.RecordDecoder;
import io.logitstream.trainer.ingest.RecordNames;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.ingest.TeacherLogitsExamples;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the windows of evaluation-logits that the student can be evaluated on. Damaged ones, and
 * those of another tokenizer, are condemned; those of other teachers and encodings are nobody's
 * loss, and passed over. For one thread.
 */
final class EvaluationRecordDecoder
    implements RecordDecoder<Optional<EvaluationWindowRecord>>, AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(EvaluationRecordDecoder.class);

  /** What train.max-tokens may be at most. */
  private static final int LONGEST_PINNED_TOKENS = 1 << 20;

  private final RecordDeserializer<TeacherLogits> deserializer;
  private final AcceptedTeachers teachers;
  private final StudentIdentity student;
  private final Predicate<String> wantsDomain;
  private final BiPredicate<String, EvaluationWindow> isPinned;
  private final BiConsumer<ConsumerRecord<String, byte[]>, Reading.Condemned> condemned;
  private final PriorCodecs priors;

  /**
   * @param wantsDomain whether windows of a domain are still wanted: those of others are not
   *     decoded
   * @param isPinned whether the run's ledger names a window of a domain
   * @param condemned told of each record that is condemned
   */
  EvaluationRecordDecoder(
      KafkaSettings kafka,
      AcceptedTeachers teachers,
      StudentIdentity student,
      Predicate<String> wantsDomain,
      BiPredicate<String, EvaluationWindow> isPinned,
      BiConsumer<ConsumerRecord<String, byte[]>, Reading.Condemned> condemned) {
    this.deserializer = new RecordDeserializer<>(kafka, TeacherLogits.class);
    this.teachers = teachers;
    this.student = student;
    this.wantsDomain = wantsDomain;
    this.isPinned = isPinned;
    this.condemned = condemned;
    this.priors = new PriorCodecs(new KafkaClients(kafka, "evaluation-priors"));
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
      Optional<Reading.Condemned> refusal =
          RecordNames.refusal(record).or(() -> student.refusal(record.getTeacher()));
      if (refusal.isPresent()) {
        return condemn(read, refusal.get());
      }
      Optional<String> unfit = unfit(record);
      if (unfit.isPresent()) {
        return passOver(read, unfit.get());
      }
      EvaluationWindow window =
          new EvaluationWindow(
              record.getPromptId(), record.getWindow(), AcceptedTeachers.name(record.getTeacher()));
      return Optional.of(
          new EvaluationWindowRecord(
              record.getDomain(),
              window,
              TeacherLogitsExamples.decode(record, longest(record.getDomain(), window), priors),
              read.key(),
              read.value()));
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON) {
        throw e;
      }
      return condemn(read, new Reading.Condemned("malformed", String.valueOf(e.getMessage())));
    } catch (MalformedLogitsException | IllegalArgumentException e) {
      String code =
          e instanceof MalformedLogitsException malformed
                  && malformed.kind() == MalformedLogitsException.Kind.CHECKSUM
              ? "checksum"
              : "malformed";
      return condemn(read, new Reading.Condemned(code, String.valueOf(e.getMessage())));
    } catch (MissingPriorException | UnsupportedEncodingException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "%s-%d@%d waits for its prior or for a newer build: %s"
              .formatted(read.topic(), read.partition(), read.offset(), e.getMessage()),
          e);
    }
  }

  /** Why a whole record says nothing of how close the student is; empty where it does. */
  private static Optional<String> unfit(TeacherLogits record) {
    return switch (record.getEncoding()) {
      case FULL -> Optional.empty();
      case TOP_K ->
          record.getTemperature() == 1
              ? Optional.empty()
              : Optional.of(
                  "encoding TOP_K at temperature %s, expected 1: its tail is not known at another"
                      .formatted(record.getTemperature()));
      case LABELS, SAMPLED, UNKNOWN ->
          Optional.of("encoding %s, expected FULL or TOP_K".formatted(record.getEncoding()));
    };
  }

  /** A pinned window stays one, though train.max-tokens was lowered since. */
  private int longest(String domain, EvaluationWindow window) {
    return isPinned.test(domain, window) ? LONGEST_PINNED_TOKENS : student.maxTokens();
  }

  private Optional<EvaluationWindowRecord> condemn(
      ConsumerRecord<String, byte[]> read, Reading.Condemned why) {
    condemned.accept(read, why);
    return Optional.empty();
  }

  private static Optional<EvaluationWindowRecord> passOver(
      ConsumerRecord<String, byte[]> read, String why) {
    LOGGER.warn(
        "{}-{}@{} is not evaluated on: {}", read.topic(), read.partition(), read.offset(), why);
    return Optional.empty();
  }

  @Override
  public void close() {
    priors.close();
    deserializer.close();
  }
}
