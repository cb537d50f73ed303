package io.logitstream.platform.tls;

/**
 * A server that is reached by TLS.
 *
 * @param name what messages call it: {@code broker}
 * @param addressSetting the setting that says where it is
 * @param settings what the settings of its TLS begin with, without a dot at the end
 */
public record TlsServer(String name, String addressSetting, String settings) {
  /** Kafka's brokers. */
  public static final TlsServer BROKER =
      new TlsServer("broker", "kafka.bootstrap.servers", "kafka.ssl");

  /** The schema registry. */
  public static final TlsServer REGISTRY =
      new TlsServer("registry", "registry.url", "registry.client.schema.registry.ssl");
}
