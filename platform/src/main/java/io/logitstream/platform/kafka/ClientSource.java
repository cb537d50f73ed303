package io.logitstream.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Where Kafka clients come from: they speak to a broker over the network, or to a simulated log.
 * What a client must do is in its settings, by Kafka's names.
 */
public interface ClientSource {
  /**
   * A consumer.
   *
   * @param meters where its own metrics appear until it is closed; null for nowhere
   */
  Consumer<String, byte[]> consumer(Map<String, Object> config, @Nullable MeterRegistry meters);

  /**
   * A producer; of transactions, if the settings name a {@code transactional.id}.
   *
   * @param meters where its own metrics appear until it is closed; null for nowhere
   */
  Producer<String, byte[]> producer(Map<String, Object> config, @Nullable MeterRegistry meters);

  /** A client for topics, groups and their settings. */
  Admin admin(Map<String, Object> config);

  /** Kafka's own clients, over the network. */
  static ClientSource network() {
    return new ClientSource() {
      @Override
      public Consumer<String, byte[]> consumer(
          Map<String, Object> config, @Nullable MeterRegistry meters) {
        return new MeteredConsumer(config, meters);
      }

      @Override
      public Producer<String, byte[]> producer(
          Map<String, Object> config, @Nullable MeterRegistry meters) {
        return new MeteredProducer(config, meters);
      }

      @Override
      public Admin admin(Map<String, Object> config) {
        return Admin.create(config);
      }
    };
  }
}
