package io.logitstream.console.commands;

import io.logitstream.platform.kafka.KafkaSettings;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Kafka's clients fetch OAuth tokens only from addresses that a property of the process names, to
 * protect servers that take client settings from strangers. Here the settings are the operator's
 * own, so what they name is allowed, unless the property is there already.
 */
final class TokenEndpoints {
  private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
  private static final String SETTING = "sasl.oauthbearer.token.endpoint.url";

  private TokenEndpoints() {}

  static void allow(KafkaSettings kafka) {
    String urls =
        kafka.passThrough().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(SETTING))
            .map(Map.Entry::getValue)
            .distinct()
            .sorted()
            .collect(Collectors.joining(","));
    if (!urls.isEmpty() && System.getProperty(ALLOWED) == null) {
      System.setProperty(ALLOWED, urls);
    }
  }
}
