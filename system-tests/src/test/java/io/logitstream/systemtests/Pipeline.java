package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;

/**
 * A pipeline on this machine, every service in a process of its own: ports, folders, commands, and
 * what the topics hold.
 */
final class Pipeline {
  private static final ModelConfig TINY =
      new ModelConfig(4096, 16, 24, 1, 2, 1, 8, 1e-5, 10_000, true, 512, 0, 1);

  private static final int MOST_WORDS = 400;

  private final Path folder;
  private final Path logs;
  private final int brokerPort;
  private final int registryPort;
  private final int partitions;
  private final String prefix;
  private final String classPath;
  private final KafkaSettings kafka;

  private Pipeline(
      Path folder,
      int brokerPort,
      int registryPort,
      int partitions,
      KafkaSettings kafka,
      String classPath) {
    this.folder = folder;
    this.logs = folder.resolve("logs");
    this.brokerPort = brokerPort;
    this.registryPort = registryPort;
    this.partitions = partitions;
    this.prefix = kafka.topicPrefix();
    this.kafka = kafka;
    this.classPath = classPath;
  }

  /** Writes documents and models, and chooses ports. */
  static Pipeline prepare(Path folder, int documents, int partitions) throws IOException {
    return prepare(folder, documents, MOST_WORDS, partitions);
  }

  /**
   * As the other one.
   *
   * @param words about as many that the longest document has; the shortest has a twentieth
   */
  static Pipeline prepare(Path folder, int documents, int words, int partitions)
      throws IOException {
    Files.createDirectories(folder.resolve("logs"));
    writeDocuments(folder.resolve("documents"), documents, words);
    writeModel(folder.resolve("teacher"), 1);
    writeModel(folder.resolve("student"), 2);
    List<Integer> ports = FreePorts.find(2);
    int brokerPort = ports.get(0);
    int registryPort = ports.get(1);
    KafkaSettings kafka =
        new KafkaSettings(
            "127.0.0.1:" + brokerPort, "http://127.0.0.1:" + registryPort, "", true, Map.of());
    return new Pipeline(
        folder, brokerPort, registryPort, partitions, kafka, System.getProperty("java.class.path"));
  }

  /** The same documents, models and broker, with topics of their own. */
  Pipeline withPrefix(String otherPrefix) {
    return with(
        new KafkaSettings(
            kafka.bootstrapServers(), kafka.registryUrl(), otherPrefix, true, Map.of()));
  }

  /** The same documents and models with a broker that something else starts. */
  Pipeline withBroker(String bootstrapServers) {
    return with(new KafkaSettings(bootstrapServers, kafka.registryUrl(), prefix, true, Map.of()));
  }

  /** The same documents and models with a registry that something else starts. */
  Pipeline withRegistry(String url) {
    return with(new KafkaSettings(kafka.bootstrapServers(), url, prefix, true, Map.of()));
  }

  private Pipeline with(KafkaSettings otherKafka) {
    return new Pipeline(folder, brokerPort, registryPort, partitions, otherKafka, classPath);
  }

  /** The same pipeline, whose services are those of another build. */
  Pipeline withBuild(String otherClassPath) {
    return new Pipeline(folder, brokerPort, registryPort, partitions, kafka, otherClassPath);
  }

  /** The name of one of the pipeline's topics. */
  String topic(Topic topic) {
    return topic.named(prefix);
  }

  int partitions() {
    return partitions;
  }

  KafkaSettings kafka() {
    return kafka;
  }

  KafkaClients clients() {
    return new KafkaClients(kafka, "audit");
  }

  KafkaProbe probe() {
    return new KafkaProbe(clients());
  }

  /** The broker with the registry in its process. */
  ServiceProcess broker() throws IOException {
    return start("broker", brokerArguments("--registry-port", Integer.toString(registryPort)));
  }

  /** The broker alone. */
  ServiceProcess brokerAlone() throws IOException {
    return start("broker", brokerArguments("--no-registry"));
  }

  /**
   * The registry alone, once the broker answers, which may be starting: the registry gives up
   * before long without one.
   */
  ServiceProcess registry() throws IOException {
    await().atMost(Duration.ofMinutes(2)).until(this::brokerAnswers);
    return start(
        "registry",
        List.of(
            "registry",
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--port",
            Integer.toString(registryPort)));
  }

  /** Runs a command to its end. */
  void command(String name, String... command) throws IOException, InterruptedException {
    try (ServiceProcess process = start(name, connected(List.of(command)))) {
      assertThat(process.awaitExit(120)).as(process.output()).isZero();
    }
  }

  /**
   * A producer of the documents.
   *
   * @param settings further settings, each NAME=VALUE
   */
  ServiceProcess produce(double promptsPerSecond, String... settings) throws IOException {
    List<String> command = new ArrayList<>(List.of("produce"));
    producing("documents", promptsPerSecond)
        .forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return start(prefix + "producer", connected(command));
  }

  /** An intake over HTTP, of the source "api". */
  ServiceProcess intake(int port, String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("produce", "--source", "api", "--http", Integer.toString(port)));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return start(prefix + "intake", connected(command));
  }

  /** A producer's settings, the connection's left out. */
  Map<String, String> producing(String source, double promptsPerSecond) {
    return Map.of(
        "source.name",
        source,
        "source.paths",
        "domain=" + folder.resolve("documents"),
        "pacing.prompts-per-second",
        Double.toString(promptsPerSecond),
        "held-out.share",
        "50");
  }

  /** What every service is told of Kafka, the registry and the topics. */
  Map<String, String> connection() {
    return Map.of(
        "kafka.bootstrap.servers", kafka.bootstrapServers(),
        "registry.url", kafka.registryUrl(),
        "topics.prefix", prefix,
        "topics.partitions", Integer.toString(partitions));
  }

  /** The group whose members share the prompts. */
  String teachersGroup() {
    return prefix + "teachers";
  }

  /**
   * A teacher.
   *
   * @param settings further settings, each NAME=VALUE
   */
  ServiceProcess teach(String name, String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "teach",
                "--set",
                "teacher.model=" + folder.resolve("teacher"),
                "--set",
                "teacher.name=tiny",
                "--set",
                "teacher.threads=1",
                "--set",
                "teacher.session-timeout=6s",
                "--set",
                "teacher.group=" + teachersGroup(),
                "--set",
                "teacher.sample-size=8"));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return start(prefix + name, connected(command));
  }

  /**
   * A trainer.
   *
   * @param name of the process
   * @param settings further settings, each NAME=VALUE
   */
  ServiceProcess train(String name, String run, int stepRecords, String... settings)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "train",
                "--set",
                "run=" + run,
                "--set",
                "student.model=" + folder.resolve("student"),
                "--set",
                "evaluation.windows=0",
                "--set",
                "compute.threads=1",
                "--set",
                "compute.type=f32",
                "--set",
                "train.step-records=" + stepRecords));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return start(name, connected(command));
  }

  /** The index, which answers on any free port. */
  ServiceProcess index() throws IOException {
    return index(folder.resolve(prefix + "index"));
  }

  /** An index that keeps its stores in a folder. */
  ServiceProcess index(Path stores, String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("index", "--data", stores.toString(), "--port", "0"));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return start(prefix + "index", connected(command));
  }

  /**
   * Any other service.
   *
   * @param command the command and its options, the connection's left out
   */
  ServiceProcess service(String name, String... command) throws IOException {
    return start(prefix + name, connected(List.of(command)));
  }

  /** Where the documents lie that {@link #produce} reads. */
  Path documents() {
    return folder.resolve("documents");
  }

  /** Waits until the registry, and behind it the broker, answer. */
  void awaitUp() {
    await().atMost(Duration.ofSeconds(90)).until(this::registryAnswers);
  }

  /** Whether the broker answers now. */
  boolean brokerAnswers() {
    try (Admin admin = clients().admin()) {
      DescribeClusterOptions brief = new DescribeClusterOptions().timeoutMs(5000);
      return !admin.describeCluster(brief).nodes().get().isEmpty();
    } catch (ExecutionException | KafkaException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** PROMPT/WINDOW/REVISION of every window that was scored, as often as it is there, in order. */
  List<String> windows() {
    List<String> keys = new ArrayList<>();
    for (String topic : List.of("teacher-logits", "evaluation-logits")) {
      probe().committed(prefix + topic).forEach(record -> keys.add(record.key()));
    }
    Collections.sort(keys);
    return List.copyOf(keys);
  }

  /** Number of prompts on the topic. */
  int prompts() {
    return probe().committed(prefix + "prompts").size();
  }

  /** Number of prompts of which windows were scored. */
  long scoredPrompts() {
    return windows().stream().map(key -> key.substring(0, key.indexOf('/'))).distinct().count();
  }

  /** The windows that were scored: training and held-out ones. */
  List<TeacherLogits> logits() {
    List<TeacherLogits> logits = new ArrayList<>(read("teacher-logits", TeacherLogits.class));
    logits.addAll(read("evaluation-logits", TeacherLogits.class));
    return logits;
  }

  <T extends SpecificRecord> List<T> read(String topic, Class<T> type) {
    try (RecordDeserializer<T> deserializer = new RecordDeserializer<>(kafka, type)) {
      return probe().committed(prefix + topic).stream()
          .map(record -> deserializer.deserialize(prefix + topic, record.value()))
          .toList();
    }
  }

  List<CheckpointManifest> manifests(String run) {
    try (CheckpointReader reader = new CheckpointReader(clients())) {
      return reader.list(run);
    }
  }

  /** Checkpoints of a run, as far as the broker answers; 0 while it is down. */
  long committedCheckpoints(String run) {
    try {
      return probe().committed(prefix + "checkpoints").stream()
          .filter(record -> record.key().startsWith(run + "/"))
          .count();
    } catch (KafkaException e) {
      // The broker is down: that is what this is about.
      return 0;
    }
  }

  List<LedgerEntry> ledger(String run) {
    try (LedgerReader reader = new LedgerReader(clients())) {
      return reader.entries(run);
    }
  }

  private ServiceProcess start(String name, List<String> arguments) throws IOException {
    return ServiceProcess.start(name, classPath, logs, arguments);
  }

  private List<String> brokerArguments(String... registry) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "broker",
                "--port",
                Integer.toString(brokerPort),
                "--data",
                folder.resolve("data").toString()));
    arguments.addAll(List.of(registry));
    return arguments;
  }

  private List<String> connected(List<String> command) {
    List<String> arguments = new ArrayList<>(command);
    connection().forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    return arguments;
  }

  /** Whether the registry answers now. */
  boolean registryAnswers() {
    try (var answer = URI.create(kafka.registryUrl() + "/subjects").toURL().openStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8).startsWith("[");
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes texts in forty folders. */
  static void writeDocuments(Path documents, int count) throws IOException {
    writeDocuments(documents, count, MOST_WORDS);
  }

  private static void writeDocuments(Path documents, int count, int mostWords) throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < count; i++) {
      Path group = Files.createDirectories(documents.resolve("group-" + i % 40));
      StringBuilder text = new StringBuilder();
      int words = mostWords / 20 + random.nextInt(mostWords);
      for (int word = 0; word < words; word++) {
        text.append("value").append(random.nextInt(50)).append(word % 9 == 8 ? '\n' : ' ');
      }
      Files.writeString(group.resolve("document-" + i + ".txt"), text);
    }
  }

  /** Writes a model of a few thousand parameters, with the demo's tokenizer. */
  static void writeModel(Path directory, long seed) throws IOException {
    byte[] tokenizer =
        Files.readAllBytes(
            Path.of(System.getProperty("logitstream.root"), "demo-teacher", "tokenizer.json"));
    ModelDirectory.write(
        directory, TINY, Weights.initialise(TINY, seed), TensorType.F32, tokenizer);
  }
}
