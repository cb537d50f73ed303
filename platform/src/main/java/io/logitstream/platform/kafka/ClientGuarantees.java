package io.logitstream.platform.kafka;

import io.logitstream.platform.config.ConfigurationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Client settings that nobody may set from outside: exactly-once rests on them, or they are
 * settings of the services. Whatever else passes through goes before what a service would have of
 * itself.
 */
final class ClientGuarantees {
  /** Of Kafka's kinds of clients, and of those that Kafka Streams makes. */
  private static final List<String> PREFIXES =
      List.of(
          "producer.",
          "consumer.",
          "admin.",
          "main.consumer.",
          "restore.consumer.",
          "global.consumer.");

  private static final List<String> OF_EXACTLY_ONCE =
      List.of(
          "acks",
          "auto.offset.reset",
          "enable.auto.commit",
          "enable.idempotence",
          "group.id",
          "isolation.level",
          "key.deserializer",
          "key.serializer",
          "max.in.flight.requests.per.connection",
          "partitioner.class",
          "partitioner.ignore.keys",
          "processing.guarantee",
          "transactional.id",
          "value.deserializer",
          "value.serializer");

  /** What Kafka Streams is told, by the setting that tells it. */
  private static final Map<String, String> OF_THE_INDEX =
      Map.of(
          "application.id", "index.group",
          "application.server", "index.host and index.port",
          "num.standby.replicas", "index.standby-replicas",
          "num.stream.threads", "index.threads",
          "replication.factor", "index.replication-factor",
          "rocksdb.config.setter", "index.memory-mib",
          "state.dir", "index.data");

  /** What to say of a setting, by its name. */
  private static final Map<String, String> REFUSED = refused();

  private ClientGuarantees() {}

  private static Map<String, String> refused() {
    Map<String, String> refused = new HashMap<>();
    for (String name : OF_EXACTLY_ONCE) {
      refused.put(name, "is fixed, because exactly-once processing rests on it: remove it");
    }
    OF_THE_INDEX.forEach(
        (name, own) -> refused.put(name, "is the index's own: set %s".formatted(own)));
    refused.put(
        "bootstrap.servers",
        "would part the clients of one service: set kafka.bootstrap.servers for all of them");
    refused.put(
        "max.poll.interval.ms",
        "is the teacher's own, which polls between batches by it: set teacher.max-poll-interval");
    refused.put(
        "partition.assignment.strategy",
        "is fixed, because those who share a group must agree on how they share it: remove it");
    refused.put(
        "transaction.timeout.ms",
        "is each service's own, which tells by it whether another one took over: set"
            + " intake.transaction-timeout, teacher.transaction-timeout or"
            + " checkpoint.transaction-timeout");
    return Map.copyOf(refused);
  }

  /**
   * Checks what passes through to the clients.
   *
   * @param passThrough by Kafka's names
   * @param origins where values come from, by their whole names
   * @throws ConfigurationException naming each setting that is refused, and where it comes from
   */
  static void check(Map<String, String> passThrough, Map<String, String> origins) {
    List<String> problems =
        passThrough.keySet().stream()
            .filter(name -> REFUSED.containsKey(withoutPrefix(name)))
            .sorted()
            .map(name -> problem("kafka." + name, withoutPrefix(name), origins))
            .toList();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private static String problem(String name, String refused, Map<String, String> origins) {
    return "%s%s %s"
        .formatted(
            name,
            Optional.ofNullable(origins.get(name)).map(" (from %s)"::formatted).orElse(""),
            REFUSED.get(refused));
  }

  private static String withoutPrefix(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }
}
