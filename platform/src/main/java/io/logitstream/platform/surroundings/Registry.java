package io.logitstream.platform.surroundings;

import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RegistryProbe;
import java.time.Duration;

/** The schema registry. */
final class Registry implements Surrounding {
  private final RegistryProbe probe;
  private final String url;

  /**
   * @param within how long it may take to answer
   */
  Registry(KafkaSettings settings, Duration within) {
    this.probe = new RegistryProbe(settings, within);
    this.url = settings.registryUrl();
  }

  @Override
  public String name() {
    return "registry";
  }

  @Override
  public String place() {
    return url + " (registry.url)";
  }

  @Override
  public void ask() throws Exception {
    probe.ask();
  }

  @Override
  public void close() {
    probe.close();
  }
}
