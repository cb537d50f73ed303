package io.logitstream.producer;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.producer.http.HttpPromptProducer;
import io.logitstream.producer.http.HttpSettings;
import io.logitstream.producer.intake.OfferedSettings;
import io.logitstream.producer.intake.PromptAcceptance;
import io.logitstream.producer.lines.LinesPromptProducer;
import io.logitstream.producer.lines.LinesSettings;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A broker that can be stopped and started again, a registry, and intakes of offered prompts. */
public final class IntakeFixture implements AutoCloseable {
  private static final int PARTITIONS = 4;

  private final Path folder;
  private EmbeddedRegistry registry;
  private EmbeddedBroker broker;

  public IntakeFixture(Path folder) {
    this.folder = folder;
    this.broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
    this.registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    try (Admin admin = clients().admin()) {
      Topics.create(admin, Topic.pipeline("", PARTITIONS, (short) 1));
    }
  }

  /** An HTTP intake on a free port; values are pairs of names and values. */
  public HttpPromptProducer http(String source, String... values) {
    Configuration configuration = configuration(source, values);
    return new HttpPromptProducer(
        OfferedOptions.read(configuration),
        HttpSettings.from(configuration),
        new SimpleMeterRegistry(),
        new Health());
  }

  /** An intake of lines. */
  public LinesPromptProducer lines(String source, InputStream input, String... values) {
    return lines(source, input, new Health(), values);
  }

  /** As the other one, and it tells how it stands. */
  public LinesPromptProducer lines(
      String source, InputStream input, Health health, String... values) {
    Configuration configuration = configuration(source, values);
    return new LinesPromptProducer(
        OfferedOptions.read(configuration),
        LinesSettings.from(configuration),
        input,
        new SimpleMeterRegistry(),
        health);
  }

  /** What an intake accepts prompts with; not open yet. */
  public PromptAcceptance acceptance(String source, RandomGenerator random, String... values) {
    return acceptance(source, random, Clock.systemUTC(), values);
  }

  /** As the other one, at another time of day. */
  public PromptAcceptance acceptance(
      String source, RandomGenerator random, Clock clock, String... values) {
    OfferedSettings options = OfferedOptions.read(configuration(source, values));
    return new PromptAcceptance(
        clients(),
        options.topics(),
        options.acceptance(),
        options.intake(),
        new Health(),
        "intake",
        clock,
        random);
  }

  public void stopBroker() {
    broker.close();
  }

  /** Starts the broker again on the same folder and port. */
  public void startBroker() {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, broker.port()));
  }

  public void stopRegistry() {
    registry.close();
  }

  /** Starts the registry again on the same port. */
  public void startRegistry() {
    registry =
        EmbeddedRegistry.start(broker.bootstrapServers(), URI.create(registry.url()).getPort());
  }

  /** The committed prompts of a source, by their place in its order. */
  public List<Prompt> prompts(String source) {
    List<Prompt> prompts = new ArrayList<>();
    String topic = Topic.PROMPTS.named("");
    KafkaClients clients = clients();
    try (RecordDeserializer<Prompt> deserializer =
        new RecordDeserializer<>(clients.settings(), Prompt.class)) {
      for (ConsumerRecord<String, byte[]> record : CommittedLog.read(clients::consumer, topic)) {
        Prompt prompt = deserializer.deserialize(topic, record.value());
        if (prompt.getSource().equals(source)) {
          prompts.add(prompt);
        }
      }
    }
    prompts.sort(Comparator.comparingLong(Prompt::getSourceIndex));
    return prompts;
  }

  /** Clients of broker and registry. */
  public KafkaClients clients() {
    return clients(ClientSource.network());
  }

  /** As the other one, from another source. */
  public KafkaClients clients(ClientSource clients) {
    return new KafkaClients(
        new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of()),
        "test",
        null,
        clients,
        Execution.system());
  }

  private Configuration configuration(String source, String... values) {
    Map<String, String> all = new HashMap<>();
    all.put("kafka.bootstrap.servers", broker.bootstrapServers());
    all.put("registry.url", registry.url());
    all.put("source.name", source);
    all.put("intake.http.port", "0");
    for (int at = 0; at < values.length; at += 2) {
      all.put(values[at], values[at + 1]);
    }
    List<Setting<?>> known = new ArrayList<>(OfferedOptions.SETTINGS);
    known.addAll(HttpSettings.SETTINGS);
    known.addAll(LinesSettings.SETTINGS);
    return Configuration.load(known, ConfigurationLayers.of(all));
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
