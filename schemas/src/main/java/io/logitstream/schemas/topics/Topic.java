package io.logitstream.schemas.topics;

import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainingStep;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** The topics that make up a pipeline, in the order in which data flows. */
public enum Topic {
  PROMPTS("prompts", Prompt.SCHEMA$, Retention.days(7), Partitioning.BY_PROMPT, Limits.MIB_2),
  SOURCE_POSITIONS(
      "source-positions",
      SourcePosition.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.SINGLE,
      Limits.MIB_1),
  TEACHER_LOGITS(
      "teacher-logits",
      TeacherLogits.SCHEMA$,
      Retention.days(7),
      Partitioning.BY_PROMPT,
      Limits.MIB_8),
  EVALUATION_LOGITS(
      "evaluation-logits",
      TeacherLogits.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.BY_PROMPT,
      Limits.MIB_8),
  LOGIT_PRIORS(
      "logit-priors",
      LogitPriorChunk.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.SINGLE,
      Limits.MIB_1),
  TRAINING_STEPS(
      "training-steps", TrainingStep.SCHEMA$, Retention.days(7), Partitioning.BY_RUN, Limits.MIB_1),
  TRAINING_LEDGER(
      "training-ledger",
      LedgerEntry.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.BY_RUN,
      Limits.MIB_2),
  CHECKPOINTS(
      "checkpoints",
      CheckpointManifest.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.BY_RUN,
      Limits.MIB_2),
  CHECKPOINT_CHUNKS(
      "checkpoint-chunks",
      CheckpointChunk.SCHEMA$,
      Retention.COMPACTED,
      Partitioning.BY_RUN,
      Limits.MIB_1);

  private static final String DEAD_LETTER_SUFFIX = ".dlq";

  /** Who has begun to read a checkpoint that expires meanwhile has so long to end. */
  private static final Duration READING_TIME = Duration.ofHours(1);

  private final String baseName;
  private final Schema valueSchema;
  private final Retention retention;
  private final Partitioning partitioning;
  private final int maxMessageBytes;

  Topic(
      String baseName,
      Schema valueSchema,
      Retention retention,
      Partitioning partitioning,
      int maxMessageBytes) {
    this.baseName = baseName;
    this.valueSchema = valueSchema;
    this.retention = retention;
    this.partitioning = partitioning;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** The name without a pipeline's prefix. */
  public String baseName() {
    return baseName;
  }

  /** The schema of the values, registered as the topic's {@code -value} subject. */
  public Schema valueSchema() {
    return valueSchema;
  }

  /** The name of this topic in the pipeline of a prefix (empty for none). */
  public String named(String prefix) {
    return prefix + baseName;
  }

  /**
   * How this topic must stand on a broker.
   *
   * @param prefix the pipeline's prefix, empty for none
   * @param partitions partitions of the topics that scale (by prompt); the others have one
   * @param replicationFactor copies of each partition
   */
  public TopicSpecification specification(String prefix, int partitions, short replicationFactor) {
    return new TopicSpecification(
        named(prefix),
        partitioning == Partitioning.BY_PROMPT ? partitions : 1,
        replicationFactor,
        retention.cleanupPolicy(),
        retention.time(),
        maxMessageBytes,
        Optional.empty(),
        this == CHECKPOINT_CHUNKS ? Optional.of(READING_TIME) : Optional.empty(),
        false);
  }

  /**
   * How the topic of this topic's dead letters must stand on a broker: the bytes as read, 30 days,
   * in one partition, in which an offset names a letter.
   */
  public TopicSpecification deadLetterSpecification(String prefix, short replicationFactor) {
    return new TopicSpecification(
        named(prefix) + DEAD_LETTER_SUFFIX,
        1,
        replicationFactor,
        CleanupPolicy.DELETE,
        Optional.of(Duration.ofDays(30)),
        deadLetterMaxMessageBytes(),
        Optional.empty(),
        Optional.empty(),
        true);
  }

  /** Size of the largest batch of dead letters of this topic, in bytes. */
  public int deadLetterMaxMessageBytes() {
    return maxMessageBytes + Limits.MIB_1;
  }

  /** The name of the dead-letter topic of a topic. */
  public static String deadLetterTopic(String topic) {
    return topic + DEAD_LETTER_SUFFIX;
  }

  /** Every topic of a pipeline with its dead letters: those that services read records from. */
  public static List<TopicSpecification> pipeline(
      String prefix, int partitions, short replicationFactor) {
    return Arrays.stream(values())
        .flatMap(
            topic ->
                topic.hasDeadLetters()
                    ? Stream.of(
                        topic.specification(prefix, partitions, replicationFactor),
                        topic.deadLetterSpecification(prefix, replicationFactor))
                    : Stream.of(topic.specification(prefix, partitions, replicationFactor)))
        .toList();
  }

  /** Whether a service condemns records of this topic to dead letters. */
  public boolean hasDeadLetters() {
    return this == PROMPTS || this == TEACHER_LOGITS || this == EVALUATION_LOGITS;
  }

  /**
   * As {@link #pipeline}, set up for erasure: a tombstone under a record's key removes that record
   * from every topic with a prompt's text, tokens or logits within a bounded time.
   *
   * @param within how long a record may outlive its tombstone on disk, from when it is compacted
   */
  public static List<TopicSpecification> erasablePipeline(
      String prefix, int partitions, short replicationFactor, Duration within) {
    List<String> erasable =
        Arrays.stream(values())
            .filter(Topic::holdsPrompts)
            .map(topic -> topic.named(prefix))
            .flatMap(name -> Stream.of(name, deadLetterTopic(name)))
            .toList();
    return pipeline(prefix, partitions, replicationFactor).stream()
        .map(topic -> erasable.contains(topic.name()) ? topic.erasable(within) : topic)
        .toList();
  }

  /** Whether records of this topic hold a prompt's text, tokens or logits, under its promptId. */
  public boolean holdsPrompts() {
    return this == PROMPTS || this == TEACHER_LOGITS || this == EVALUATION_LOGITS;
  }

  private enum Partitioning {
    BY_PROMPT,
    BY_RUN,
    SINGLE
  }

  private record Retention(CleanupPolicy cleanupPolicy, Optional<Duration> time) {
    static final Retention COMPACTED = new Retention(CleanupPolicy.COMPACT, Optional.empty());

    static Retention days(int days) {
      return new Retention(CleanupPolicy.DELETE, Optional.of(Duration.ofDays(days)));
    }
  }

  private static final class Limits {
    static final int MIB_1 = 1 << 20;
    static final int MIB_2 = 2 << 20;
    static final int MIB_8 = 8 << 20;
  }
}
