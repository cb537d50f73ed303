package io.logitstream.producer;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Broker, registry and topics in the process; each test has a source of its own. */
final class Pipeline implements AutoCloseable {
  static final int PARTITIONS = 4;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  Pipeline(Path folder) {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    try (Admin admin = clients().admin()) {
      Topics.create(admin, Topic.pipeline("", PARTITIONS, (short) 1));
    }
  }

  KafkaClients clients() {
    return clients(ClientSource.network());
  }

  KafkaClients clients(ClientSource clients) {
    KafkaSettings settings =
        new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of());
    return new KafkaClients(settings, "test", null, clients, Execution.system());
  }

  ProducerSettings settings(String source, Path path, Map<String, String> overrides) {
    Map<String, String> values = new HashMap<>();
    values.put("kafka.bootstrap.servers", broker.bootstrapServers());
    values.put("registry.url", registry.url());
    values.put("source.name", source);
    values.put("source.paths", "java=" + path);
    values.put("intake.transaction-prompts", "7");
    values.put("held-out.share", "200");
    values.putAll(overrides);
    return ProducerSettings.from(
        Configuration.load(ProducerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }

  /** The committed prompts of a source, sorted by their place in its order. */
  List<Prompt> prompts(String source) {
    List<Prompt> prompts = new ArrayList<>();
    committed()
        .forEach(
            (record, prompt) -> {
              if (prompt.getSource().equals(source)) {
                prompts.add(prompt);
              }
            });
    prompts.sort(Comparator.comparingLong(Prompt::getSourceIndex));
    return prompts;
  }

  /** All committed prompts with their records. */
  Map<ConsumerRecord<String, byte[]>, Prompt> committed() {
    Map<ConsumerRecord<String, byte[]>, Prompt> prompts = new HashMap<>();
    String topic = Topic.PROMPTS.named("");
    KafkaClients clients = clients();
    try (RecordDeserializer<Prompt> deserializer =
        new RecordDeserializer<>(clients.settings(), Prompt.class)) {
      CommittedLog.read(clients::consumer, topic)
          .forEach(record -> prompts.put(record, deserializer.deserialize(topic, record.value())));
    }
    return prompts;
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
