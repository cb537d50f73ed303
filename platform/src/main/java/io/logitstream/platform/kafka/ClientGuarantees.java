package io.logitstream.platform.kafka;

import io.logitstream.platform.config.ConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Client settings that exactly-once rests on: nobody may set them from outside. */
final class ClientGuarantees {
  private static final List<String> PREFIXES = List.of("producer.", "consumer.", "admin.");
  private static final Set<String> FIXED =
      Set.of(
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
          "transactional.id",
          "value.deserializer",
          "value.serializer");

  private ClientGuarantees() {}

  /**
   * Checks what passes through to the clients.
   *
   * @throws ConfigurationException naming each setting that is fixed
   */
  static void check(Map<String, String> passThrough) {
    List<String> problems =
        passThrough.keySet().stream()
            .filter(name -> FIXED.contains(withoutPrefix(name)))
            .sorted()
            .map(
                name ->
                    "kafka.%s is fixed, because exactly-once processing rests on it: remove it"
                        .formatted(name))
            .toList();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private static String withoutPrefix(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }
}
