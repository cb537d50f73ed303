package io.logitstream.platform.kafka;

import java.util.List;
import org.apache.kafka.common.config.ConfigException;

/**
 * Tells brokers whose names resolve to no address from addresses that are wrong. To Kafka's clients
 * both are a matter of configuration; but a container's name is gone while it stands still, and a
 * server of names may be late.
 */
final class UnresolvedBrokers {
  /** How the clients' messages begin: there is no type to tell by. */
  private static final List<String> MESSAGES =
      List.of("No resolvable bootstrap urls given", "Unknown host in bootstrap.servers");

  private UnresolvedBrokers() {}

  /** Whether a single failure, without its causes, says that no broker's name resolves. */
  static boolean isOne(Throwable failure) {
    return failure instanceof ConfigException
        && MESSAGES.stream().anyMatch(String.valueOf(failure.getMessage())::startsWith);
  }
}
