package io.logitstream.systemtests.simulation.log;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a process of the simulation.
 *
 * @param process whose death ends them
 */
public record SimulatedClients(Network network, SimulatedBroker broker, SimulatedProcess process)
    implements ClientSource {
  @Override
  public Consumer<String, byte[]> consumer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    return config.containsKey("group.id")
        ? new GroupConsumer(network, broker, process, config)
        : new SimulatedConsumer(network, broker, process, config);
  }

  @Override
  public Producer<String, byte[]> producer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    return new SimulatedProducer(network, broker, process, config);
  }

  @Override
  public Admin admin(Map<String, Object> config) {
    return new SimulatedAdmin(network, broker, config).client();
  }
}
