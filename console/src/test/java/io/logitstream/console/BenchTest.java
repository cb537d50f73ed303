package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchTest {
  private static final String SHAPE = "L1 d16 H2 KV1 ff32 V64";

  @ParameterizedTest
  @CsvSource({"labels,forward-kl", "sampled,forward-kl", "full,total-variation"})
  void aStepIsTimedOverEachEncoding(String encoding, String loss) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("bench", "step", "--encoding", encoding, "--loss", loss));
    arguments.addAll(List.of("--shape", SHAPE, "--sequences", "2", "--positions", "8"));
    arguments.addAll(List.of("--ids", "4", "--steps", "2", "--warmup", "0", "--dtype", "f32"));
    Invocation bench = Invocation.of(arguments.toArray(String[]::new));

    assertThat(bench.err()).isEmpty();
    JsonNode figures = bench.json();
    double median = figures.get("stepMsMedian").asDouble();
    assertThat(median).isPositive();
    assertThat(figures.get("stepMsP10").asDouble()).isLessThanOrEqualTo(median);
    assertThat(figures.get("tokensPerSecond").asDouble()).isPositive();
    assertThat(figures.get("matmulPeakGflops").asDouble()).isPositive();
    assertThat(figures.get("utilisation").asDouble()).isPositive();
    // 16 tokens · (6 · 3,376 parameters + 6 · 16 · 8 for attention)
    assertThat(figures.get("stepGflop").asDouble())
        .isEqualTo(16 * (6 * 3376 + 6 * 16 * 8) / 1e9, within(1e-7));
    assertThat(figures.get("shape").get("parameters").asInt()).isEqualTo(3_376);
    assertThat(figures.get("settings").get("encoding").asText())
        .isEqualTo(encoding.toUpperCase(Locale.ROOT));
  }

  @Test
  void aTrainersLoopIsTimedBesideTheSameStepsFromMemory() throws Exception {
    Invocation bench =
        Invocation.of(
            "bench",
            "loop",
            "--shape",
            SHAPE,
            "--sequences",
            "2",
            "--positions",
            "8",
            "--ids",
            "4",
            "--rounds",
            "2",
            "--warmup",
            "1",
            "--steps",
            "9",
            "--dtype",
            "f32");

    assertThat(bench.err()).isEmpty();
    JsonNode figures = bench.json();
    assertThat(figures.get("sameWeights").asBoolean()).isTrue();
    assertThat(figures.get("waitShare").asDouble()).isBetween(0.0, 1.0);
    for (String figure :
        List.of("tokensPerSecond", "fromMemoryTokensPerSecond", "timeRatio", "bytesPerToken")) {
      assertThat(figures.get(figure).asDouble()).as(figure).isPositive();
    }
    boolean isFed = figures.get("waitShare").asDouble() < figures.get("mostWaitShare").asDouble();
    assertThat(figures.get("holds").asBoolean()).isEqualTo(isFed);
    assertThat(bench.status()).isEqualTo(isFed ? 0 : 3);
  }

  @Test
  void writingIsTimedTokenByToken() throws Exception {
    Invocation bench =
        Invocation.of(
            "bench",
            "generate",
            "--shape",
            SHAPE,
            "--prompt-tokens",
            "6",
            "--new-tokens",
            "3",
            "--rounds",
            "2",
            "--dtype",
            "f32");

    assertThat(bench.err()).isEmpty();
    assertThat(bench.json().get("tokenMsMedian").asDouble()).isPositive();
    assertThat(bench.json().get("tokensPerSecond").asDouble()).isPositive();
    assertThat(bench.json().get("promptTokensPerSecond").asDouble()).isPositive();
    assertThat(bench.json().get("settings").get("newTokens").asInt()).isEqualTo(3);
  }

  @Test
  void theCpuComputesWhatTheCpuDoesInEveryFamily() throws Exception {
    Path families = Path.of("..", "model", "src", "test", "resources", "golden", "families");
    Invocation bench =
        Invocation.of(
            "bench", "device", "--device", "cpu", "--threads", "1", "--models", "" + families);

    assertThat(bench.err()).isEmpty();
    assertThat(bench.status()).isZero();
    JsonNode figures = bench.json();
    assertThat(figures.get("holds").asBoolean()).isTrue();
    assertThat(figures.get("findings").findValuesAsText("subject"))
        .contains("gpt2", "llama-rope-yarn", "mistral-window", "qwen2", "qwen3");
    assertThat(figures.get("findings"))
        .allSatisfy(finding -> assertThat(finding.get("measured").asDouble()).isZero());
  }

  @Test
  void scoringIsTimed() throws Exception {
    Invocation bench =
        Invocation.of(
            "bench",
            "teacher",
            "--shape",
            SHAPE,
            "--sequences",
            "2",
            "--positions",
            "8",
            "--batches",
            "2",
            "--warmup",
            "0",
            "--dtype",
            "f32");

    assertThat(bench.err()).isEmpty();
    assertThat(bench.json().get("batchMsMedian").asDouble()).isPositive();
    assertThat(bench.json().get("tokensPerSecond").asDouble()).isPositive();
    // 16 tokens · (2 · 3,376 parameters + 2 · 16 · 8 for attention)
    assertThat(bench.json().get("batchGflop").asDouble())
        .isEqualTo(16 * (2 * 3376 + 2 * 16 * 8) / 1e9, within(1e-7));
  }

  @Test
  void checkpointsAreTimedBesideStepsAndAPlainProducer() throws Exception {
    Invocation bench =
        Invocation.of(
            "bench",
            "checkpoints",
            "--shape",
            SHAPE,
            "--sequences",
            "2",
            "--positions",
            "8",
            "--steps",
            "2",
            "--checkpoints",
            "2",
            "--dtype",
            "f32");

    assertThat(bench.err()).isEmpty();
    // Weights and two moments of each number, and what safetensors says of them.
    assertThat(bench.json().get("checkpointBytes").asLong())
        .isBetween(3 * 4 * 3376L, 3 * 4 * 3376L + 16_384);
    for (String figure :
        List.of("heldMsMedian", "megabytesPerSecond", "plainMegabytesPerSecond", "stepMsMedian")) {
      assertThat(bench.json().get(figure).asDouble()).as(figure).isPositive();
    }
    assertThat(bench.json().has("shareAtOneAMinute")).isTrue();
  }

  @Test
  void whatStudentsLearnFromEachEncodingIsComparedAndDrawn(@TempDir Path folder) throws Exception {
    Path teacher = TinyModel.write(folder.resolve("teacher"), 3);
    for (int group = 0; group < 60; group++) {
      Path texts = Files.createDirectories(folder.resolve("traffic/words/group" + group));
      Files.writeString(
          texts.resolve("text.txt"), "some words of group %d. ".formatted(group).repeat(20));
    }
    Path picture = folder.resolve("quality.png");

    Invocation bench =
        Invocation.of(
            "bench",
            "quality",
            "--teacher",
            teacher.toString(),
            "--student",
            teacher.toString(),
            "--traffic",
            folder.resolve("traffic").toString(),
            "--seeds",
            "2",
            "--steps",
            "3",
            "--windows-per-step",
            "2",
            "--prior-windows",
            "4",
            "--evaluation-windows",
            "1",
            "--output",
            "json",
            "--plot",
            picture.toString());

    assertThat(bench.err()).contains("seed 1 is done").contains("seed 2 is done");
    JsonNode methods = bench.json().get("methods");
    assertThat(methods.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("LABELS", "TOP_K", "SAMPLED", "FULL");
    double labels = methods.get("LABELS").get("payloadBytesPerToken").asDouble();
    double sampled = methods.get("SAMPLED").get("payloadBytesPerToken").asDouble();
    double full = methods.get("FULL").get("payloadBytesPerToken").asDouble();
    assertThat(labels).isLessThan(sampled);
    assertThat(full).isGreaterThan(2 * TinyModel.config().vocabularySize());
    methods.forEach(
        method -> assertThat(method.get("forwardKl").get("value").asDouble()).isPositive());
    assertThat(Files.size(picture)).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    // What neither a compressor nor a 5-gram can do anything with costs a model that knows nothing
    // eight bits a byte.
    "q#Zx@%&^~|<>?!0123456789, 0",
    "some words some words some words some words some words some words some words some words, 3"
  })
  void aTeacherIsMeasuredBesideXzAndA5Gram(String text, int status, @TempDir Path folder)
      throws Exception {
    Path training = folder.resolve("training");
    Path old = Files.createDirectories(training.resolve("words"));
    Files.writeString(old.resolve("old.txt"), "some words ".repeat(60));
    Path traffic = Files.createDirectories(folder.resolve("traffic/words/a"));
    Files.writeString(traffic.resolve("first.txt"), text);
    Files.writeString(traffic.resolve("second.txt"), "some words ".repeat(50));

    Invocation bench =
        Invocation.of(
            "bench",
            "teacher-quality",
            "--teacher",
            TinyModel.write(folder.resolve("teacher"), 3).toString(),
            "--training",
            training.toString(),
            "--traffic",
            folder.resolve("traffic").toString(),
            "--every",
            "2",
            "--sample-tokens",
            "3",
            "--output",
            "json");

    assertThat(bench.err()).contains("words is measured");
    assertThat(bench.status()).isEqualTo(status);
    assertThat(bench.json().get("holds").asBoolean()).isEqualTo(status == 0);
    JsonNode words = bench.json().get("domains").get("words");
    assertThat(words.get("documents").asInt()).isEqualTo(1);
    // The reader ends a text with a line end.
    assertThat(words.get("bytes").asInt()).isEqualTo(text.length() + 1);
    assertThat(words.get("bitsPerByte").asDouble()).isBetween(5.0, 11.0);
    assertThat(bench.json().get("nearDuplicates"))
        .anySatisfy(
            overlap -> {
              assertThat(overlap.get("of").asText()).isEqualTo("words");
              assertThat(overlap.get("documentsOverHalf")).hasSize(1);
            });
    assertThat(text).startsWith(bench.json().get("samples").get(0).get("prompt").asText().strip());
  }

  @Test
  void textsThatAreNotThereAreRefusedByName(@TempDir Path folder) throws Exception {
    Invocation refused =
        Invocation.of(
            "bench",
            "teacher-quality",
            "--teacher",
            TinyModel.write(folder.resolve("teacher"), 3).toString(),
            "--training",
            folder.resolve("nowhere").toString(),
            "--traffic",
            folder.resolve("nowhere").toString());

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("nowhere is not there").contains("for each domain");
  }

  @Test
  void aShapeThatIsNoneIsRefused() {
    Invocation refused = Invocation.of("bench", "step", "--shape", "L6 d320");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("L6 d320").contains("KV");
  }

  @Test
  void aLossThatTheEncodingCannotGiveIsRefused() {
    Invocation refused = Invocation.of("bench", "step", "--shape", SHAPE, "--loss", "reverse-kl");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("not linear");
  }
}
