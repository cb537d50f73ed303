package io.logitstream.platform.kafka;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the topics of a pipeline are laid out.
 *
 * @param prefix what their names begin with; empty for none
 * @param partitions partitions of the topics that scale
 * @param replicationFactor copies of each partition
 * @param erasure how long an erased record may wait for compaction; empty where the pipeline is not
 *     set up for erasure
 */
public record TopicSettings(
    String prefix, int partitions, short replicationFactor, Optional<Duration> erasure) {
  private static final Setting<Integer> PARTITIONS =
      Setting.integer(
          "topics.partitions",
          4,
          1,
          10_000,
          "Partitions of the topics that scale: prompts, teacher-logits and evaluation-logits.");
  private static final Setting<Integer> REPLICATION_FACTOR =
      Setting.integer(
          "topics.replication-factor",
          1,
          1,
          Short.MAX_VALUE,
          "Copies of each partition; 3 in production.");

  private static final Setting<Boolean> ERASURE =
      Setting.flag(
          "topics.erasure",
          false,
          "Whether prompts, their logits and their dead letters can be erased one by one: these"
              + " topics are then compacted besides being kept by time. Set it before the topics"
              + " are created.");
  private static final Setting<Duration> ERASURE_WITHIN =
      Setting.duration(
          "topics.erasure-within",
          "1d",
          "The longest that an erased record may wait for compaction (max.compaction.lag.ms).");

  /** The settings of this record beside those of {@link KafkaSettings}, which has the prefix. */
  public static final List<Setting<?>> SETTINGS =
      List.of(PARTITIONS, REPLICATION_FACTOR, ERASURE, ERASURE_WITHIN);

  /** A pipeline that is not set up for erasure. */
  public TopicSettings(String prefix, int partitions, short replicationFactor) {
    this(prefix, partitions, replicationFactor, Optional.empty());
  }

  /** Reads the settings. */
  public static TopicSettings from(Configuration configuration) {
    return new TopicSettings(
        KafkaSettings.from(configuration).topicPrefix(),
        configuration.get(PARTITIONS),
        configuration.get(REPLICATION_FACTOR).shortValue(),
        configuration.get(ERASURE)
            ? Optional.of(configuration.get(ERASURE_WITHIN))
            : Optional.empty());
  }

  /** Every topic of the pipeline, with dead letters. */
  public List<TopicSpecification> pipeline() {
    return erasure
        .map(within -> Topic.erasablePipeline(prefix, partitions, replicationFactor, within))
        .orElseGet(() -> Topic.pipeline(prefix, partitions, replicationFactor));
  }

  /** One topic of the pipeline. */
  public TopicSpecification specification(Topic topic) {
    String name = topic.named(prefix);
    return pipeline().stream()
        .filter(specification -> specification.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
