package io.logitstream.platform.kafka;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.Reasons;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** Says why Kafka makes no client of settings: Kafka itself says only that it failed to. */
final class ClientCreation {
  private ClientCreation() {}

  /**
   * Makes a client.
   *
   * @param kind what it is, for the message
   * @throws LogitstreamException CONFIGURATION with the reasons; RETRYABLE if no broker's name
   *     resolves, or a server of tokens does not answer
   */
  static <T> T of(String kind, KafkaSettings settings, Supplier<T> making) {
    try {
      return making.get();
    } catch (KafkaException e) {
      if (Causes.of(e).stream().anyMatch(UnresolvedBrokers::isOne)) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE,
            "no Kafka %s can be made yet: no name in %s (kafka.bootstrap.servers) resolves to an address; the broker may be away, or the name wrong"
                .formatted(kind, settings.bootstrapServers()),
            e);
      }
      FailureKind known = KafkaFailures.kindOf(e);
      throw new LogitstreamException(
          known == FailureKind.FATAL ? FailureKind.CONFIGURATION : known,
          "no Kafka %s can be made of the settings kafka.…%s"
              .formatted(kind, KafkaFailures.advice(e).isEmpty() ? ": " + Reasons.of(e) : ""),
          e);
    }
  }
}
