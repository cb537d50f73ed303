package io.logitstream.console.commands;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings that everyone gives, as options of their own. */
final class KafkaOptions {
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka to begin with: short for --set kafka.bootstrap.servers=…")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description = "Schema registry: short for --set registry.url=…")
  private @Nullable String registryUrl;

  Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>();
    if (bootstrapServers != null) {
      overrides.put("kafka.bootstrap.servers", bootstrapServers);
    }
    if (registryUrl != null) {
      overrides.put("registry.url", registryUrl);
    }
    return overrides;
  }
}
