package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The demo with models of a few thousand parameters, and what can be done with what it leaves. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoTest {
  @TempDir static Path folder;

  @Test
  @Order(1)
  void trainsAStudentAndReportsIt() throws Exception {
    TinyModel.write(folder.resolve("teacher"), 1);
    TinyModel.write(folder.resolve("student"), 2);
    writeTraffic(folder.resolve("letters"), "alpha beta gamma delta ");
    writeTraffic(folder.resolve("digits"), "1 12 123 1234 12345 ");

    Invocation demo = demo("6", "first.json");

    assertThat(demo.err()).isEmpty();
    assertThat(demo.status()).as(demo.out()).isZero();
    JsonNode report = json("first.json");
    assertThat(report.get("steps").asLong()).isGreaterThanOrEqualTo(6);
    assertThat(report.get("checkpoints").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(report.get("deadLetters").asLong()).isZero();
    assertThat(report.get("bytesPerToken").asDouble()).isPositive();
    assertThat(report.get("evaluationBytesPerToken").asDouble()).isPositive();
    assertThat(report.get("firstAcceptance").asDouble()).isBetween(0.0, 1.0);
    assertThat(report.get("lastKl").isNumber()).isTrue();
    assertThat(report.get("promptToStepP50Seconds").asDouble()).isPositive();
    assertThat(report.get("lastCheckpointSha256").asText()).hasSize(64);
    assertThat(demo.out()).contains("held-out letters", "held-out digits", "complete --model");
    assertThat(folder.resolve("data").resolve("curves.png")).isNotEmptyFile();
  }

  @Test
  @Order(2)
  void goesOnWhereItStopped() throws Exception {
    Invocation demo = demo("9", "second.json");

    assertThat(demo.status()).as(demo.out()).isZero();
    JsonNode first = json("first.json");
    JsonNode second = json("second.json");
    assertThat(second.get("steps").asLong()).isGreaterThan(first.get("steps").asLong());
    assertThat(second.get("sessionSteps").asLong()).isLessThan(second.get("steps").asLong());
  }

  @Test
  @Order(3)
  void itsCheckpointsCanBeListedExportedAndScored() throws Exception {
    Path data = folder.resolve("data").resolve("kafka");
    Path text = Files.writeString(folder.resolve("text.txt"), "alpha beta 123");
    try (EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(data, 0));
        EmbeddedRegistry registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0)) {
      String[] there = {
        "--bootstrap-servers", broker.bootstrapServers(), "--registry-url", registry.url()
      };

      Invocation listed = with(there, "checkpoints", "list", "demo", "--output", "json");
      Invocation shown = with(there, "checkpoints", "show", "demo/latest", "--output", "json");
      Path exported = folder.resolve("exported");
      Invocation export = with(there, "checkpoints", "export", "demo/latest", exported.toString());
      Invocation fromTopic =
          with(there, "score", "--model", "demo/latest", "--text", text.toString());
      Invocation fromFolder =
          Invocation.of("score", "--model", exported.toString(), "--text", text.toString());
      adaptersOfItAreTrainedExportedAndScored(there, exported, text);
      Invocation none = with(there, "checkpoints", "show", "demo/999");
      Invocation proof =
          with(
              there,
              "verify",
              "--checkpoint",
              "demo/latest",
              "--from",
              "demo/0",
              "--output",
              "json");
      Invocation lineage =
          with(there, "lineage", "--checkpoint", "demo/latest", "--output", "json");

      JsonNode newest = listed.json().get(listed.json().size() - 1);
      assertThat(newest.get("weightsSha256").asText())
          .isEqualTo(json("second.json").get("lastCheckpointSha256").asText());
      assertThat(shown.json().get("sequence").asLong()).isEqualTo(newest.get("sequence").asLong());
      assertThat(export.status()).as(export.err()).isZero();
      assertThat(fromTopic.status()).as(fromTopic.err()).isZero();
      assertThat(fromFolder.json()).isEqualTo(fromTopic.json());
      assertThat(proof.status()).as(proof.out() + proof.err()).isZero();
      assertThat(proof.json().get("answer").asText()).isEqualTo("proven");
      assertThat(proof.json().get("steps").asLong()).isEqualTo(newest.get("step").asLong());
      assertThat(lineage.status()).as(lineage.err()).isZero();
      assertThat(lineage.json().get("tokens").findValuesAsText("domain"))
          .contains("letters", "digits");
      assertThat(none.status()).isEqualTo(2);
      assertThat(none.err()).contains("demo/999");
    }
  }

  private static void adaptersOfItAreTrainedExportedAndScored(
      String[] there, Path student, Path text) throws Exception {
    Path adapter = folder.resolve("adapter");
    Path merged = folder.resolve("merged");
    List<String> replay = new ArrayList<>(List.of("replay", "--run", "tuned"));
    replay.addAll(List.of("--from", "earliest", "--student", student.toString()));
    for (String setting :
        List.of(
            "student.lora.rank=2",
            "train.max-steps=2",
            "train.step-records=2",
            "optimizer.warmup-steps=0",
            "averages.decay=0.5",
            "evaluation.windows=0")) {
      replay.addAll(List.of("--set", setting));
    }

    Invocation trained = with(there, replay.toArray(String[]::new));
    Invocation alone =
        with(
            there,
            "checkpoints",
            "export",
            "tuned/latest",
            "--adapter",
            adapter.toString(),
            "--base",
            "my-student");
    Invocation whole = with(there, "checkpoints", "export", "tuned/latest", merged.toString());
    Invocation refused =
        with(there, "checkpoints", "export", "demo/latest", "--adapter", folder + "/none");

    assertThat(trained.status()).as(trained.out() + trained.err()).isZero();
    assertThat(alone.status()).as(alone.err()).isZero();
    assertThat(alone.out()).contains("tuned/1 (step 2, ");
    assertThat(whole.status()).as(whole.err()).isZero();
    assertThat(Files.readString(adapter.resolve("adapter_config.json"))).contains("my-student");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("has no adapters");
    double before = crossEntropy(new String[0], text, "--model", student.toString());
    double fromTopic = crossEntropy(there, text, "--model", "tuned/latest");
    double averages = crossEntropy(there, text, "--model", "tuned/latest", "--averages");
    assertThat(fromTopic).isNotEqualTo(before);
    assertThat(averages).isNotEqualTo(before).isNotEqualTo(fromTopic);
    assertThat(
            crossEntropy(
                new String[0],
                text,
                "--model",
                student.toString(),
                "--adapter",
                adapter.toString()))
        .isEqualTo(fromTopic);
    assertThat(crossEntropy(new String[0], text, "--model", merged.toString()))
        .isCloseTo(fromTopic, within(1e-5));
  }

  private static double crossEntropy(String[] there, Path text, String... which) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("score", "--text", text.toString()));
    arguments.addAll(List.of(which));
    Invocation scored = with(there, arguments.toArray(String[]::new));
    assertThat(scored.status()).as(scored.err()).isZero();
    return scored.json().get("crossEntropy").asDouble();
  }

  @Test
  @Order(4)
  void itsPromptsCanBeTracedAndTheirForgettingPlanned() throws Exception {
    Path data = folder.resolve("data").resolve("kafka");
    StopSignal stop = new StopSignal();
    try (EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(data, 0));
        EmbeddedRegistry registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0)) {
      KafkaSettings kafka =
          new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of());
      LineageIndex index = index(kafka);
      CompletableFuture<Void> running = run(index, stop);
      await().until(() -> index.url().isPresent());
      String[] there = {
        "--bootstrap-servers",
        broker.bootstrapServers(),
        "--registry-url",
        registry.url(),
        "--index-url",
        index.url().orElseThrow(),
        "--output",
        "json"
      };
      String trained = firstPrompt(kafka, "teacher-logits");
      await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  recordsBehind(there) == 0
                      && with(there, "trace", "--prompt", trained).status() == 0);

      Invocation trace = with(there, "trace", "--prompt", trained);
      Invocation heldOut =
          with(there, "trace", "--prompt", firstPrompt(kafka, "evaluation-logits"));
      Invocation unknown = with(there, "trace", "--prompt", "nobody's");
      Invocation plan = with(there, "forget", "--prompt", trained);
      Invocation nothing = with(there, "forget", "--subject", "nobody", "--yes");
      stop.request();
      running.join();

      assertThat(trace.json().get("answer").asText()).isEqualTo("trained");
      assertThat(trace.json().get("runs").get(0).get("firstCheckpoint").asText())
          .startsWith("demo/");
      assertThat(heldOut.status()).isEqualTo(10);
      assertThat(unknown.status()).isEqualTo(14);
      assertThat(unknown.json().get("recordsBehind").isNumber()).isTrue();
      assertThat(plan.status()).as(plan.err()).isZero();
      assertThat(plan.json().get("removals").findValuesAsText("means")).contains("RETENTION");
      assertThat(plan.json().get("trainedCheckpoints").get(0).get("checkpoints")).isNotEmpty();
      assertThat(plan.json().get("replayWithout").get("skip")).isNotEmpty();
      assertThat(nothing.status()).isEqualTo(14);
    }
  }

  /** As the index says to who asks for a prompt that it does not know; -1 while it does not. */
  private static long recordsBehind(String[] there) throws Exception {
    return with(there, "trace", "--prompt", "nobody's").json().path("recordsBehind").asLong(-1);
  }

  private static LineageIndex index(KafkaSettings kafka) {
    return new LineageIndex(
        new IndexSettings(
            "lineage-index",
            "127.0.0.1",
            0,
            folder.resolve("data").resolve("index"),
            1,
            0,
            32L << 20,
            1),
        kafka,
        new SimpleMeterRegistry(),
        new Health());
  }

  private static CompletableFuture<Void> run(LineageIndex index, StopSignal stop) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            index.run(stop);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static String firstPrompt(KafkaSettings kafka, String topic) {
    try (Consumer<String, byte[]> consumer =
        new KafkaClients(kafka, "test").consumer(Map.of("max.poll.records", 1))) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList());
      consumer.seekToBeginning(consumer.assignment());
      List<String> keys = new ArrayList<>();
      await()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(read -> keys.add(read.key()));
                return !keys.isEmpty();
              });
      return keys.get(0).substring(0, keys.get(0).indexOf('/'));
    }
  }

  @Test
  void aTeacherWithoutWeightsIsRefusedBeforeAnythingStarts() throws Exception {
    Path untrained = TinyModel.write(folder.resolve("untrained"), 1);
    Files.delete(untrained.resolve("model.safetensors"));

    Invocation refused =
        Invocation.of(
            "demo",
            "--plain",
            "--teacher",
            untrained.toString(),
            "--student",
            untrained.toString(),
            "--data",
            folder.resolve("never").toString(),
            "--traffic",
            "text=" + folder);

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("model.safetensors");
    assertThat(folder.resolve("never")).doesNotExist();
  }

  private static Invocation demo(String steps, String report) {
    return Invocation.of(
        "demo",
        "--plain",
        "--duration",
        "15m",
        "--steps",
        steps,
        "--data",
        folder.resolve("data").toString(),
        "--report",
        folder.resolve(report).toString(),
        "--teacher",
        folder.resolve("teacher").toString(),
        "--student",
        folder.resolve("student").toString(),
        "--traffic",
        "letters=" + folder.resolve("letters"),
        "digits=" + folder.resolve("digits"),
        "--set",
        "held-out.share=300",
        "--set",
        "teacher.window-tokens=64",
        "--set",
        "teacher.compute-type=f32",
        "--set",
        "compute.type=f32",
        "--set",
        "train.step-records=8",
        "--set",
        "evaluation.windows=2",
        "--set",
        "evaluation.every-steps=3",
        "--set",
        "evaluation.wait=10m",
        "--set",
        "checkpoint.every-steps=3");
  }

  private static Invocation with(String[] connection, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(connection));
    return Invocation.of(all.toArray(String[]::new));
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  private static void writeTraffic(Path directory, String words) throws IOException {
    for (int group = 0; group < 16; group++) {
      Path package_ = Files.createDirectories(directory.resolve("group" + group));
      for (int document = 0; document < 4; document++) {
        Files.writeString(
            package_.resolve("document" + document + ".txt"),
            "Document %d of group %d.\n%s\n"
                .formatted(document, group, words.repeat(6 + document)));
      }
    }
  }
}
