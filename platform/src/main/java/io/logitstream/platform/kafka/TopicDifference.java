package io.logitstream.platform.kafka;

import io.logitstream.schemas.topics.TopicSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * Where a topic stands otherwise than specified.
 *
 * @param isError whether a service must not run with it
 * @param message what was found and expected
 * @param mending the command that mends it
 */
record TopicDifference(boolean isError, String message, String mending) {
  /** Settings whose difference costs disk or convenience, and no data. */
  private static final Set<String> OPERATORS_CHOICE =
      Set.of("retention.ms", "min.compaction.lag.ms");

  static TopicDifference missing(TopicSpecification topic) {
    return new TopicDifference(
        true, "topic %s does not exist".formatted(topic.name()), "logitstream topics create");
  }

  static List<TopicDifference> between(
      TopicSpecification topic, TopicDescription description, Config config) {
    List<TopicDifference> differences = new ArrayList<>();
    partitions(topic, description.partitions().size(), differences);
    int copies =
        description.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    if (copies < topic.replicationFactor()) {
      differences.add(
          new TopicDifference(
              false,
              "topic %s: replication factor is %d, expected %d"
                  .formatted(topic.name(), copies, topic.replicationFactor()),
              "kafka-reassign-partitions.sh"));
    }
    topic
        .settings()
        .forEach((name, expected) -> setting(topic, name, expected, config, differences));
    return differences;
  }

  private static void partitions(
      TopicSpecification topic, int found, List<TopicDifference> differences) {
    if (found < topic.partitions()) {
      differences.add(
          new TopicDifference(
              true,
              "topic %s: partitions is %d, expected %d"
                  .formatted(topic.name(), found, topic.partitions()),
              "kafka-topics.sh --bootstrap-server … --alter --topic %s --partitions %d"
                  .formatted(topic.name(), topic.partitions())));
    } else if (found > 1 && topic.single()) {
      differences.add(
          new TopicDifference(
              true,
              "topic %s: partitions is %d, expected 1: no more than the first is read"
                  .formatted(topic.name(), found),
              ("kafka-topics.sh --bootstrap-server … --delete --topic %s, and then logitstream topics"
                      + " create: a topic cannot lose partitions. What it holds is lost")
                  .formatted(topic.name())));
    } else if (found > topic.partitions()) {
      differences.add(
          new TopicDifference(
              false,
              "topic %s: partitions is %d, expected %d (topics that are joined by promptId or"
                      .formatted(topic.name(), found, topic.partitions())
                  + " by run need equal counts)",
              "set topics.partitions=" + found));
    }
  }

  private static void setting(
      TopicSpecification topic,
      String name,
      String expected,
      Config config,
      List<TopicDifference> differences) {
    ConfigEntry entry = config.get(name);
    String found = entry == null || entry.value() == null ? "(unset)" : entry.value();
    if (fits(topic, name, expected, found)) {
      return;
    }
    differences.add(
        new TopicDifference(
            !OPERATORS_CHOICE.contains(name),
            "topic %s: %s is %s, expected %s%s"
                .formatted(
                    topic.name(),
                    name,
                    found,
                    switch (name) {
                      case "max.message.bytes" -> "at least ";
                      case "max.compaction.lag.ms" -> "at most ";
                      default -> "";
                    },
                    expected),
            "kafka-configs.sh --bootstrap-server … --alter --entity-type topics --entity-name %s"
                    .formatted(topic.name())
                + " --add-config %s=%s"
                    .formatted(name, expected.contains(",") ? "[" + expected + "]" : expected)));
  }

  private static boolean fits(
      TopicSpecification topic, String name, String expected, String found) {
    return switch (name) {
      case "max.message.bytes", "min.compaction.lag.ms" -> atLeast(found, expected);
      case "max.compaction.lag.ms" -> atLeast(expected, found);
      // A topic that is kept by time may be kept by key too; one kept by key must lose nothing.
      case "cleanup.policy" ->
          switch (topic.cleanupPolicy()) {
            case COMPACT -> found.equals(expected);
            case DELETE -> policies(found).contains(expected) || found.isEmpty();
            case COMPACT_AND_DELETE -> policies(found).equals(policies(expected));
          };
      default -> found.equals(expected);
    };
  }

  private static Set<String> policies(String setting) {
    return Set.copyOf(List.of(setting.split(",")));
  }

  private static boolean atLeast(String found, String expected) {
    try {
      return Long.parseLong(found) >= Long.parseLong(expected);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static String report(List<TopicDifference> errors) {
    return errors.size()
        + (errors.size() == 1 ? " topic setting is wrong:" : " topic settings are wrong:")
        + errors.stream()
            .map(error -> "%n  %s%n    mend it: %s".formatted(error.message(), error.mending()))
            .collect(Collectors.joining());
  }
}
