package io.logitstream.platform.health;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.http.BearerToken;
import java.util.List;

/**
 * Where a process serves metrics and health.
 *
 * @param host address that is listened on; other than loopback only with a token
 * @param port the port; 0 for a free one, -1 for none
 * @param token what those must bring who ask for more than health
 */
public record HealthSettings(String host, int port, BearerToken token) {
  private static final Setting<String> HOST =
      Setting.nonEmptyText(
          "health.host",
          "127.0.0.1",
          "Address of /metrics, /status, /livez and /readyz; another than loopback needs health.token.");
  private static final Setting<Integer> PORT =
      Setting.integer(
          "health.port",
          ServiceEndpoint.OFF,
          ServiceEndpoint.OFF,
          65_535,
          "Port of /metrics, /status, /livez and /readyz; 0 for a free one, -1 for none.");
  private static final Setting<String> TOKEN =
      Setting.text(
              "health.token",
              "",
              "What those must bring as 'Authorization: Bearer TOKEN' who ask for /metrics or /status;"
                  + " /livez and /readyz are open. Empty for none.")
          .asSecret();

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(HOST, PORT, TOKEN);

  /** Checks that what is open to others asks for a token. */
  public HealthSettings {
    if (port != ServiceEndpoint.OFF) {
      token.requireUnlessLoopback(host, HOST, TOKEN);
    }
  }

  /** Reads the settings. */
  public static HealthSettings from(Configuration configuration) {
    return new HealthSettings(
        configuration.get(HOST),
        configuration.get(PORT),
        new BearerToken(configuration.get(TOKEN)));
  }
}
