package io.logitstream.platform.health;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;

/**
 * Where a process serves metrics and health.
 *
 * @param port the port on loopback; 0 for a free one, -1 for none
 */
public record HealthSettings(int port) {
  private static final Setting<Integer> PORT =
      Setting.integer(
          "health.port",
          ServiceEndpoint.OFF,
          ServiceEndpoint.OFF,
          65_535,
          "Port on loopback for /metrics, /livez and /readyz; 0 for a free one, -1 for none.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(PORT);

  /** Reads the settings. */
  public static HealthSettings from(Configuration configuration) {
    return new HealthSettings(configuration.get(PORT));
  }
}
