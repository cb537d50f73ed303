package io.logitstream.platform.kafka;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.util.List;

/**
 * How the topics of a pipeline are laid out.
 *
 * @param prefix what their names begin with; empty for none
 * @param partitions partitions of the topics that scale
 * @param replicationFactor copies of each partition
 */
public record TopicSettings(String prefix, int partitions, short replicationFactor) {
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

  /** The settings of this record beside those of {@link KafkaSettings}, which has the prefix. */
  public static final List<Setting<?>> SETTINGS = List.of(PARTITIONS, REPLICATION_FACTOR);

  /** Reads the settings. */
  public static TopicSettings from(Configuration configuration) {
    return new TopicSettings(
        KafkaSettings.from(configuration).topicPrefix(),
        configuration.get(PARTITIONS),
        configuration.get(REPLICATION_FACTOR).shortValue());
  }

  /** Every topic of the pipeline, with dead letters. */
  public List<TopicSpecification> pipeline() {
    return Topic.pipeline(prefix, partitions, replicationFactor);
  }

  /** One topic of the pipeline. */
  public TopicSpecification specification(Topic topic) {
    return topic.specification(prefix, partitions, replicationFactor);
  }
}
