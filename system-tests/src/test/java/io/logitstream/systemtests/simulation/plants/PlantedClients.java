package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** Clients of which some are others than was asked for. */
class PlantedClients implements ClientSource {
  protected final SimulatedClients clients;

  PlantedClients(SimulatedClients clients) {
    this.clients = clients;
  }

  @Override
  public Consumer<String, byte[]> consumer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    return clients.consumer(config, meters);
  }

  @Override
  public Producer<String, byte[]> producer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    return config.containsKey("transactional.id")
        ? transactional(new HashMap<>(config))
        : plain(new HashMap<>(config));
  }

  Producer<String, byte[]> transactional(Map<String, Object> config) {
    return clients.producer(config, null);
  }

  Producer<String, byte[]> plain(Map<String, Object> config) {
    return clients.producer(config, null);
  }

  @Override
  public Admin admin(Map<String, Object> config) {
    return clients.admin(config);
  }
}
