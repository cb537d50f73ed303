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
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every service in a process of its own; each is killed once with SIGKILL and started again. */
@Tag("long")
class KillOneTest {
  private static final int DOCUMENTS = 300;
  private static final int STEP_RECORDS = 4;
  private static final int CHECKPOINT_STEPS = 8;
  private static final String RUN = "kill-one";
  private static final ModelConfig TINY =
      new ModelConfig(4096, 16, 24, 1, 2, 1, 8, 1e-5, 10_000, true, 512, 0, 1);

  private KafkaSettings kafka = new KafkaSettings("", "", "", true, Map.of());

  @TempDir Path folder;

  @Test
  @Timeout(420)
  void whicheverServiceIsKilledNothingIsLostRepeatedOrTorn() throws Exception {
    int brokerPort = freePort();
    int registryPort = freePort();
    kafka =
        new KafkaSettings(
            "127.0.0.1:" + brokerPort, "http://127.0.0.1:" + registryPort, "", true, Map.of());
    writeDocuments(folder.resolve("documents"));
    writeModel(folder.resolve("teacher"), 1);
    writeModel(folder.resolve("student"), 2);
    Path logs = Files.createDirectory(folder.resolve("logs"));

    try (ServiceProcess broker =
        ServiceProcess.start(
            "broker",
            logs,
            List.of(
                "broker",
                "--port",
                Integer.toString(brokerPort),
                "--registry-port",
                Integer.toString(registryPort),
                "--data",
                folder.resolve("data").toString()))) {
      KafkaProbe probe = new KafkaProbe(new KafkaClients(kafka, "kill-one-test"));
      await().atMost(Duration.ofSeconds(60)).until(() -> registryAnswers(registryPort));
      try (ServiceProcess topics =
          ServiceProcess.start("topics", logs, connected("topics", "create"))) {
        assertThat(topics.awaitExit(60)).as(topics.output()).isZero();
      }
      try (ServiceProcess producer = ServiceProcess.start("producer", logs, produce());
          ServiceProcess firstTeacher = ServiceProcess.start("teacher-1", logs, teach());
          ServiceProcess secondTeacher = ServiceProcess.start("teacher-2", logs, teach());
          ServiceProcess trainer = ServiceProcess.start("trainer", logs, train())) {
        awaitRecords(probe, "checkpoints", 2, trainer);
        producer.killAndRestart();
        awaitRecords(probe, "prompts", DOCUMENTS / 4, producer);
        firstTeacher.killAndRestart();
        awaitRecords(probe, "checkpoints", 4, trainer);
        trainer.killAndRestart();
        awaitRecords(probe, "prompts", DOCUMENTS / 2, producer);
        broker.killAndRestart();

        assertThat(producer.awaitExit(150)).as(producer.output()).isZero();
        Set<String> prompts = promptsExactlyOnce(probe);
        await()
            .atMost(Duration.ofSeconds(150))
            .pollInterval(Duration.ofSeconds(1))
            .until(
                () ->
                    logits(probe).stream().map(l -> l.getPromptId()).distinct().count()
                        == prompts.size());
        windowsExactlyOnce(probe, prompts);
        long steps = probe.committed("teacher-logits").size() / STEP_RECORDS;
        long lastCheckpoint = steps / CHECKPOINT_STEPS * CHECKPOINT_STEPS;
        await()
            .atMost(Duration.ofSeconds(120))
            .pollInterval(Duration.ofSeconds(1))
            .untilAsserted(
                () -> assertThat(newestStep()).as(trainer.output()).isEqualTo(lastCheckpoint));
        assertThat(secondTeacher.isAlive()).as(secondTeacher.output()).isTrue();
      }
      everyCheckpointIsWholeAndItsLedgerHasNoGap();
    }
  }

  private Set<String> promptsExactlyOnce(KafkaProbe probe) throws Exception {
    List<Prompt> prompts = read(probe, "prompts", Prompt.class);
    assertThat(prompts.stream().map(Prompt::getSourceIndex).sorted())
        .as("places of the source on the topic")
        .containsExactlyElementsOf(LongStream.range(0, prompts.size()).boxed().toList());
    assertThat(prompts).hasSizeGreaterThanOrEqualTo(DOCUMENTS);
    Set<String> ids = new HashSet<>();
    prompts.forEach(prompt -> assertThat(ids.add(prompt.getPromptId())).isTrue());
    return ids;
  }

  private void windowsExactlyOnce(KafkaProbe probe, Set<String> prompts) throws Exception {
    Map<String, TreeSet<Integer>> windows = new HashMap<>();
    Map<String, Integer> expected = new HashMap<>();
    for (TeacherLogits logits : logits(probe)) {
      assertThat(
              windows
                  .computeIfAbsent(logits.getPromptId(), id -> new TreeSet<>())
                  .add(logits.getWindow()))
          .as("window %d of %s is there once", logits.getWindow(), logits.getPromptId())
          .isTrue();
      expected.put(logits.getPromptId(), logits.getWindows());
    }
    assertThat(windows.keySet()).isEqualTo(prompts);
    expected.forEach(
        (id, count) -> assertThat(windows.getOrDefault(id, new TreeSet<>())).as(id).hasSize(count));
  }

  private void everyCheckpointIsWholeAndItsLedgerHasNoGap() throws Exception {
    try (CheckpointReader reader = new CheckpointReader(new KafkaClients(kafka, "audit"));
        LedgerReader ledger = new LedgerReader(new KafkaClients(kafka, "audit"))) {
      List<CheckpointManifest> manifests = reader.list(RUN);
      assertThat(manifests.stream().map(CheckpointManifest::getSequence))
          .containsExactlyElementsOf(LongStream.range(0, manifests.size()).boxed().toList());
      for (CheckpointManifest manifest : manifests) {
        for (Artifact artifact : manifest.getArtifacts()) {
          assertThat(reader.read(manifest, artifact.getName())).hasSize((int) artifact.getLength());
        }
      }
      List<LedgerEntry> entries = ledger.entries(RUN);
      assertThat(entries.stream().filter(e -> e.getKind() == LedgerKind.INCARNATION_STARTED))
          .hasSizeGreaterThanOrEqualTo(2);
      List<LedgerEntry> steps =
          entries.stream().filter(entry -> entry.getKind() == LedgerKind.STEP).toList();
      CheckpointManifest newest = manifests.get(manifests.size() - 1);
      assertThat(steps.stream().map(entry -> entry.getStep().getStep()).sorted())
          .as("steps in the ledger")
          .containsExactlyElementsOf(LongStream.rangeClosed(1, newest.getStep()).boxed().toList());
      Map<Integer, TreeSet<Long>> firstOffsets = new HashMap<>();
      long consumed = 0;
      for (LedgerEntry entry : steps) {
        for (OffsetRange range : entry.getStep().getRanges()) {
          assertThat(
                  firstOffsets
                      .computeIfAbsent(range.getPartition(), p -> new TreeSet<>())
                      .add(range.getFirstOffset()))
              .as("range %s is consumed once", range)
              .isTrue();
          consumed += range.getCount() - range.getPassedOver();
        }
      }
      assertThat(consumed)
          .isEqualTo(newest.getTrainedRecords())
          .isEqualTo(newest.getStep() * STEP_RECORDS);
    }
  }

  private long newestStep() {
    try (CheckpointReader reader = new CheckpointReader(new KafkaClients(kafka, "audit"))) {
      return reader.newest(RUN).map(CheckpointManifest::getStep).orElse(-1L);
    }
  }

  private List<TeacherLogits> logits(KafkaProbe probe) throws Exception {
    List<TeacherLogits> logits =
        new ArrayList<>(read(probe, "teacher-logits", TeacherLogits.class));
    logits.addAll(read(probe, "evaluation-logits", TeacherLogits.class));
    return logits;
  }

  private <T extends SpecificRecord> List<T> read(KafkaProbe probe, String topic, Class<T> type)
      throws Exception {
    try (RecordDeserializer<T> deserializer = new RecordDeserializer<>(kafka, type)) {
      return probe.committed(topic).stream()
          .map(record -> deserializer.deserialize(topic, record.value()))
          .toList();
    }
  }

  private static void awaitRecords(
      KafkaProbe probe, String topic, int count, ServiceProcess writer) {
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(probe.committed(topic).size())
                    .as(writer.output())
                    .isGreaterThanOrEqualTo(count));
  }

  private List<String> produce() {
    return connected(
        "produce",
        "--set",
        "source.name=documents",
        "--set",
        "source.paths=domain=" + folder.resolve("documents"),
        "--set",
        "pacing.prompts-per-second=25",
        "--set",
        "held-out.share=50");
  }

  private List<String> teach() {
    return connected(
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
        "teacher.sample-size=8");
  }

  private List<String> train() {
    return connected(
        "train",
        "--set",
        "run=" + RUN,
        "--set",
        "student.model=" + folder.resolve("student"),
        "--set",
        "evaluation.windows=0",
        "--set",
        "compute.threads=1",
        "--set",
        "train.step-records=" + STEP_RECORDS,
        "--set",
        "checkpoint.every-steps=" + CHECKPOINT_STEPS);
  }

  private List<String> connected(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--set", "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
            "--set", "registry.url=" + kafka.registryUrl()));
    return arguments;
  }

  private static void writeDocuments(Path documents) throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < DOCUMENTS; i++) {
      Path group = Files.createDirectories(documents.resolve("group-" + i % 40));
      StringBuilder text = new StringBuilder();
      int words = 20 + random.nextInt(400);
      for (int word = 0; word < words; word++) {
        text.append("value").append(random.nextInt(50)).append(word % 9 == 8 ? '\n' : ' ');
      }
      Files.writeString(group.resolve("document-" + i + ".txt"), text);
    }
  }

  private static void writeModel(Path directory, long seed) throws IOException {
    byte[] tokenizer =
        Files.readAllBytes(
            Path.of(System.getProperty("logitstream.root"), "demo-teacher", "tokenizer.json"));
    ModelDirectory.write(
        directory, TINY, Weights.initialise(TINY, seed), TensorType.F32, tokenizer);
  }

  private static boolean registryAnswers(int port) {
    try {
      return new String(
              URI.create("http://127.0.0.1:" + port + "/subjects")
                  .toURL()
                  .openStream()
                  .readAllBytes(),
              StandardCharsets.UTF_8)
          .startsWith("[");
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
