package io.logitstream.platform.kafka;

import static java.util.stream.Collectors.toMap;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.topics.TopicSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics explicitly, and verifies at a service's start that they stand as they must. */
public final class Topics {
  private static final Logger LOGGER = LoggerFactory.getLogger(Topics.class);
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);

  private Topics() {}

  /**
   * Creates those of the topics that are missing. Topics that exist are left as they are: {@link
   * #verify} tells whether they fit.
   *
   * @return the names of the topics that were created
   */
  public static List<String> create(Admin admin, List<TopicSpecification> specifications) {
    List<NewTopic> topics =
        specifications.stream()
            .map(
                topic ->
                    new NewTopic(topic.name(), topic.partitions(), topic.replicationFactor())
                        .configs(topic.settings()))
            .toList();
    List<String> created = new ArrayList<>();
    var results = admin.createTopics(topics).values();
    for (TopicSpecification topic : specifications) {
      try {
        Futures.await(results.get(topic.name()), "create topic " + topic.name());
        created.add(topic.name());
      } catch (LogitstreamException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    awaitVisible(admin, created);
    awaitLeaders(admin, created);
    return List.copyOf(created);
  }

  /**
   * A broker knows a partition a moment before it leads it. What idempotent producers send in that
   * moment may be lost to them: if the first of several requests is refused and the second taken,
   * the partition begins with the second's sequence number, and never takes the first's again.
   */
  private static void awaitLeaders(Admin admin, List<String> created) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    describe(admin, created)
        .forEach(
            (name, description) ->
                description
                    .partitions()
                    .forEach(
                        partition ->
                            ends.put(
                                new TopicPartition(name, partition.partition()),
                                OffsetSpec.latest())));
    Futures.await(admin.listOffsets(ends).all(), "read the ends of the new topics " + created);
  }

  /** Brokers learn of a topic a moment after the controller has created it. */
  private static void awaitVisible(Admin admin, List<String> created) {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (!describe(admin, created).keySet().containsAll(created)) {
      if (System.nanoTime() - deadline > 0) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE,
            "topics %s were created, but brokers do not know them after %d s"
                .formatted(created, VISIBLE_WITHIN.toSeconds()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LogitstreamException(
            FailureKind.RETRYABLE, "interrupted while waiting for new topics", e);
      }
    }
  }

  /**
   * Checks that the topics stand as specified. What costs data or joins is an error; more
   * partitions, another retention and fewer copies are the operator's choice, and logged.
   *
   * @throws LogitstreamException (CONFIGURATION) that names each wrong setting, what was found and
   *     expected, and the command that mends it
   */
  public static void verify(Admin admin, List<TopicSpecification> specifications) {
    Map<String, TopicDescription> descriptions =
        describe(admin, specifications.stream().map(TopicSpecification::name).toList());
    Map<String, Config> configs = configs(admin, descriptions.keySet());
    List<TopicDifference> differences = new ArrayList<>();
    for (TopicSpecification topic : specifications) {
      TopicDescription description = descriptions.get(topic.name());
      Config config = configs.get(topic.name());
      differences.addAll(
          description == null || config == null
              ? List.of(TopicDifference.missing(topic))
              : TopicDifference.between(topic, description, config));
    }
    differences.stream()
        .filter(difference -> !difference.isError())
        .forEach(difference -> LOGGER.warn("{}", difference.message()));
    List<TopicDifference> errors = differences.stream().filter(TopicDifference::isError).toList();
    if (!errors.isEmpty()) {
      throw new LogitstreamException(FailureKind.CONFIGURATION, TopicDifference.report(errors));
    }
  }

  /**
   * A topic as it stands.
   *
   * @throws LogitstreamException (CONFIGURATION) if there is none
   */
  public static TopicIdentity identity(Admin admin, String topic) {
    TopicDescription description = describe(admin, List.of(topic)).get(topic);
    if (description == null) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "topic %s does not exist: create it with 'logitstream topics create'".formatted(topic));
    }
    return new TopicIdentity(topic, description.topicId(), description.partitions().size());
  }

  private static Map<String, TopicDescription> describe(Admin admin, Collection<String> names) {
    Map<String, TopicDescription> descriptions = new HashMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                descriptions.put(name, Futures.await(future, "describe topic " + name));
              } catch (LogitstreamException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw e;
                }
              }
            });
    return descriptions;
  }

  private static Map<String, Config> configs(Admin admin, Collection<String> names) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    return admin.describeConfigs(resources).values().entrySet().stream()
        .collect(
            toMap(
                entry -> entry.getKey().name(),
                entry ->
                    Futures.await(
                        entry.getValue(), "describe settings of topic " + entry.getKey().name())));
  }
}
