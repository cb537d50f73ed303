package io.logitstream.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * How an {@link EmbeddedBroker} is started.
 *
 * @param dataDirectory folder of the broker's logs; created and formatted when it is new, gone on
 *     with when it is not
 * @param port port on 127.0.0.1 for clients; 0 chooses a free one
 * @param overrides broker properties that replace this module's own, by Kafka's names
 */
public record EmbeddedBrokerSettings(Path dataDirectory, int port, Map<String, String> overrides) {

  /** Checks the port's range and copies the overrides. */
  public EmbeddedBrokerSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, was " + port);
    }
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    overrides = Map.copyOf(overrides);
  }

  /** Settings without overrides. */
  public EmbeddedBrokerSettings(Path dataDirectory, int port) {
    this(dataDirectory, port, Map.of());
  }
}
