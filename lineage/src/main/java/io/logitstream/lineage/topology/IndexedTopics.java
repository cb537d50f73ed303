package io.logitstream.lineage.topology;

import io.logitstream.lineage.erasure.TopicRemoval;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * The topics that the index reads, as they stood at its start.
 *
 * @param prefix the pipeline's prefix, empty for none
 * @param identities the topics by what they are
 * @param deadLetterPartitions the most partitions of a topic of dead letters
 * @param keptFor when a record is gone for certain; topics that time removes nothing from are
 *     absent
 */
public record IndexedTopics(
    String prefix,
    Map<Topic, TopicIdentity> identities,
    int deadLetterPartitions,
    Map<Topic, Duration> keptFor) {
  /** Topics with prompts: joined by promptId. */
  static final List<Topic> BY_PROMPT =
      List.of(Topic.PROMPTS, Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS);

  /** Topics about runs: joined by run. */
  static final List<Topic> BY_RUN = List.of(Topic.TRAINING_LEDGER, Topic.CHECKPOINTS);

  public IndexedTopics {
    identities = Map.copyOf(identities);
    keptFor = Map.copyOf(keptFor);
    requireEqualPartitions(identities, BY_PROMPT);
    requireEqualPartitions(identities, BY_RUN);
  }

  /**
   * Asks the broker.
   *
   * @throws LogitstreamException CONFIGURATION if a topic is missing, or if topics that are joined
   *     have different partition counts
   */
  public static IndexedTopics read(Admin admin, String prefix) {
    Map<Topic, TopicIdentity> identities = new EnumMap<>(Topic.class);
    for (List<Topic> joined : List.of(BY_PROMPT, BY_RUN)) {
      for (Topic topic : joined) {
        identities.put(topic, Topics.identity(admin, topic.named(prefix)));
      }
    }
    int deadLetterPartitions = 0;
    for (Topic topic : BY_PROMPT) {
      deadLetterPartitions =
          Math.max(
              deadLetterPartitions,
              Topics.identity(admin, Topic.deadLetterTopic(topic.named(prefix))).partitions());
    }
    return new IndexedTopics(prefix, identities, deadLetterPartitions, keptFor(admin, prefix));
  }

  private static Map<Topic, Duration> keptFor(Admin admin, String prefix) {
    Map<String, TopicRemoval> removals =
        TopicRemoval.read(admin, BY_PROMPT.stream().map(topic -> topic.named(prefix)).toList());
    Map<Topic, Duration> kept = new EnumMap<>(Topic.class);
    for (Topic topic : BY_PROMPT) {
      Optional.ofNullable(removals.get(topic.named(prefix)))
          .flatMap(TopicRemoval::keptAtMost)
          .ifPresent(time -> kept.put(topic, time));
    }
    return kept;
  }

  /** The full name of a topic. */
  public String name(Topic topic) {
    return topic.named(prefix);
  }

  /** The full names of the topics of dead letters. */
  List<String> deadLetters() {
    return BY_PROMPT.stream().map(topic -> Topic.deadLetterTopic(name(topic))).toList();
  }

  /** The full names of all topics. */
  List<String> names() {
    return Stream.concat(
            Stream.concat(BY_PROMPT.stream(), BY_RUN.stream()).map(this::name),
            deadLetters().stream())
        .toList();
  }

  /** Kafka's id of a topic. */
  String id(Topic topic) {
    return identity(topic).id().toString();
  }

  /** Partitions of the topics that are joined by promptId. */
  public int promptPartitions() {
    return identity(Topic.PROMPTS).partitions();
  }

  /** Partitions of the topics that are joined by run. */
  public int runPartitions() {
    return identity(Topic.TRAINING_LEDGER).partitions();
  }

  private TopicIdentity identity(Topic topic) {
    TopicIdentity identity = identities.get(topic);
    if (identity == null) {
      throw new IllegalArgumentException("the index does not read " + topic.baseName());
    }
    return identity;
  }

  private static void requireEqualPartitions(
      Map<Topic, TopicIdentity> identities, List<Topic> joined) {
    List<TopicIdentity> topics = joined.stream().map(identities::get).toList();
    if (topics.stream().mapToInt(TopicIdentity::partitions).distinct().count() != 1) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "the index joins %s, expected equal partition counts: add partitions to the smaller ones, or index another pipeline"
              .formatted(
                  topics.stream()
                      .map(topic -> topic.name() + " (" + topic.partitions() + ")")
                      .toList()));
    }
  }
}
