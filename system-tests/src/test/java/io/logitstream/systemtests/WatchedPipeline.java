package io.logitstream.systemtests;

import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Resources;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.producer.OfferedOptions;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import io.logitstream.producer.http.HttpPromptProducer;
import io.logitstream.producer.http.HttpSettings;
import io.logitstream.producer.lines.LinesPromptProducer;
import io.logitstream.producer.lines.LinesSettings;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Every service at work in this process on an embedded broker, each with its own endpoint. */
final class WatchedPipeline implements AutoCloseable {
  static final String RUN = "watched";

  /** Key of what is no record. */
  static final String DAMAGED = "damaged";

  private static final Duration LONG = Duration.ofMinutes(3);

  private static final List<Setting<?>> KNOWN = known();

  /** The services by the command that runs them, in the order in which data flows. */
  final Map<String, ServedService<?>> services = new LinkedHashMap<>();

  final ServedService<HttpPromptProducer> intake;
  final ServedService<LineageIndex> index;
  final KafkaClients clients;
  private final Map<String, String> settings = new HashMap<>();
  private final Resources opened = new Resources();

  /** Starts broker, registry and services, and waits for those that are asked over HTTP. */
  WatchedPipeline(Path folder) throws Exception {
    EmbeddedBroker broker =
        opened.add(EmbeddedBroker.start(new EmbeddedBrokerSettings(folder.resolve("kafka"), 0)));
    EmbeddedRegistry registry = opened.add(EmbeddedRegistry.start(broker.bootstrapServers(), 0));
    write(folder);
    settings.putAll(
        Map.of(
            "kafka.bootstrap.servers",
            broker.bootstrapServers(),
            "registry.url",
            registry.url(),
            "topics.partitions",
            "2",
            "held-out.share",
            "400",
            "run",
            RUN));
    KafkaSettings kafka = KafkaSettings.from(configuration(Map.of()));
    TopicSettings topics = TopicSettings.from(configuration(Map.of()));
    this.clients = new KafkaClients(kafka, "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, topics.pipeline());
    }
    startProducers(folder);
    this.intake = startIntake();
    startTeacher(folder);
    startTrainer(folder, kafka, topics);
    this.index = startIndex(folder, kafka);
    awaitReady("produce --http");
    awaitReady("index");
  }

  private static void write(Path folder) throws Exception {
    Pipeline.writeDocuments(folder.resolve("documents"), 24);
    Pipeline.writeModel(folder.resolve("teacher"), 1);
    Pipeline.writeModel(folder.resolve("student"), 2);
    Files.writeString(folder.resolve("lines.jsonl"), "{\"text\": \"value1 value2 value3\"}\n\n");
  }

  private void startProducers(Path folder) {
    serve(
        "produce",
        ServedService.start(
            "producer",
            (meters, health) ->
                new PromptProducer(
                    ProducerSettings.from(
                        configuration(
                            Map.of(
                                "source.name",
                                "documents",
                                "source.paths",
                                "text=" + folder.resolve("documents")))),
                    meters,
                    health),
            PromptProducer::status));
    Configuration lines =
        configuration(
            Map.of(
                "source.name", "lines",
                "lines.files", folder.resolve("lines.jsonl").toString(),
                "lines.follow", "true",
                "tracing.start", "true"));
    serve(
        "produce --lines",
        ServedService.start(
            "producer",
            (meters, health) ->
                new LinesPromptProducer(
                    OfferedOptions.read(lines),
                    LinesSettings.from(lines),
                    InputStream.nullInputStream(),
                    meters,
                    health),
            LinesPromptProducer::status));
  }

  private ServedService<HttpPromptProducer> startIntake() {
    Configuration http = configuration(Map.of("source.name", "api", "intake.http.port", "0"));
    return serve(
        "produce --http",
        ServedService.start(
            "producer",
            (meters, health) ->
                new HttpPromptProducer(
                    OfferedOptions.read(http), HttpSettings.from(http), meters, health),
            HttpPromptProducer::status));
  }

  private void startTeacher(Path folder) {
    Configuration teacher =
        configuration(
            Map.of(
                "teacher.model", folder.resolve("teacher").toString(),
                "teacher.name", "tiny",
                "teacher.threads", "1",
                "teacher.sample-size", "8"));
    serve(
        "teach",
        ServedService.start(
            "teacher",
            (meters, health) -> new TeacherService(teacher, meters, health),
            TeacherService::status));
  }

  private void startTrainer(Path folder, KafkaSettings kafka, TopicSettings topics) {
    TrainerSettings training =
        TrainerSettings.from(
            configuration(
                Map.of(
                    "student.model", folder.resolve("student").toString(),
                    "compute.type", "f32",
                    "compute.threads", "1",
                    "train.step-records", "4",
                    "evaluation.windows", "2",
                    "evaluation.domains", "text",
                    "evaluation.every-steps", "2",
                    "checkpoint.every-steps", "2")));
    serve(
        "train",
        ServedService.start(
            "trainer",
            (meters, health) ->
                new StudentTrainer(training, kafka, topics, meters, health, new TrainerProgress()),
            StudentTrainer::status));
  }

  private ServedService<LineageIndex> startIndex(Path folder, KafkaSettings kafka) {
    IndexSettings indexing =
        IndexSettings.from(
            configuration(
                Map.of("index.data", folder.resolve("index").toString(), "index.port", "0")));
    return serve(
        "index",
        ServedService.start(
            "index",
            (meters, health) -> new LineageIndex(indexing, kafka, meters, health),
            LineageIndex::status));
  }

  private void awaitReady(String command) {
    await(command).atMost(LONG).untilAsserted(() -> get(command, "/readyz"));
  }

  /** What a service exposes on /metrics, by its command. */
  String metrics(String command) {
    return get(command, "/metrics");
  }

  /** What a service answers. */
  String get(String command, String path) {
    ServedService<?> service = services.get(command);
    if (service == null) {
      throw new IllegalArgumentException(command);
    }
    return service.get(path);
  }

  /** Waits until a line of a service's metrics begins with one of these texts, each. */
  void awaitMetrics(String command, String... beginnings) {
    for (String beginning : beginnings) {
      await("%s: %s".formatted(command, beginning))
          .atMost(LONG)
          .until(() -> metrics(command).lines().anyMatch(line -> line.startsWith(beginning)));
    }
  }

  /** Puts bytes that are no record on a topic. */
  void damage(String topic) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      var unused =
          producer.send(
              new ProducerRecord<>(topic, 0, DAMAGED, "none".getBytes(StandardCharsets.UTF_8)));
    }
  }

  private <T extends Service> ServedService<T> serve(String command, ServedService<T> service) {
    services.put(command, opened.add(service));
    return service;
  }

  private Configuration configuration(Map<String, String> own) {
    Map<String, String> values = new HashMap<>(settings);
    values.putAll(own);
    return Configuration.load(KNOWN, ConfigurationLayers.of(values));
  }

  private static List<Setting<?>> known() {
    return Stream.of(
            KafkaSettings.SETTINGS,
            TopicSettings.SETTINGS,
            ProducerSettings.SETTINGS,
            OfferedOptions.SETTINGS,
            LinesSettings.SETTINGS,
            HttpSettings.SETTINGS,
            TeacherService.settings(),
            TrainerSettings.SETTINGS,
            IndexSettings.SETTINGS)
        .<Setting<?>>flatMap(List::stream)
        .distinct()
        .toList();
  }

  @Override
  public void close() throws Exception {
    opened.close();
  }
}
