package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandsTest {
  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() throws Exception {
    model = TinyModel.write(folder.resolve("model"), 7).toString();
  }

  @Test
  void scoresEveryTokenAfterTheFirst() throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), "naïve text\n");

    Invocation scored = Invocation.of("score", "--model", model, "--text", text.toString());

    assertThat(scored.err()).isEmpty();
    assertThat(scored.status()).isZero();
    JsonNode score = scored.json();
    int bytes = (int) Files.size(text);
    assertThat(score.get("ids")).hasSize(bytes + 1);
    assertThat(score.get("logProbabilities")).hasSize(bytes);
    double nats = 0;
    for (JsonNode value : score.get("logProbabilities")) {
      nats -= value.asDouble();
    }
    assertThat(score.get("crossEntropy").asDouble()).isCloseTo(nats / bytes, within(1e-9));
    assertThat(score.get("perplexity").asDouble()).isCloseTo(Math.exp(nats / bytes), within(1e-6));
    assertThat(score.get("bitsPerByte").asDouble())
        .isCloseTo(nats / Math.log(2) / bytes, within(1e-9));
  }

  @Test
  void aModelIsComparedWithATeacher() throws Exception {
    Path text = Files.writeString(folder.resolve("compared.txt"), "some text\n".repeat(30));
    Path teacher = TinyModel.write(folder.resolve("teacher"), 8);

    JsonNode same = compare(text, Path.of(model)).json();
    assertThat(same.get("kl").asDouble()).isCloseTo(0, within(1e-6));
    assertThat(same.get("top1Agreement").asDouble()).isEqualTo(1);
    assertThat(same.get("acceptance").asDouble()).isCloseTo(1, within(1e-5));
    assertThat(same.get("teacherCrossEntropy").asDouble())
        .isCloseTo(same.get("crossEntropy").asDouble(), within(1e-6));
    JsonNode other = compare(text, teacher).json();
    assertThat(other.get("kl").asDouble()).isPositive();
    assertThat(other.get("acceptance").asDouble()).isBetween(0.0, 0.9999);
    JsonNode teachersOwn =
        Invocation.of("score", "--model", teacher.toString(), "--text", text.toString()).json();
    assertThat(other.get("teacherCrossEntropy").asDouble())
        .isCloseTo(teachersOwn.get("crossEntropy").asDouble(), within(1e-6));
  }

  @Test
  void adaptersOfAFolderStandBesideTheWeights() throws Exception {
    Path text = Files.writeString(folder.resolve("adapted.txt"), "some text\n".repeat(3));
    ModelDirectory base = ModelDirectory.open(Path.of(model));
    ModelConfig adapted = base.config().with(new LowRank(4, 8, List.of("o_proj"), false));
    Path adapter = folder.resolve("adapter");
    Weights weights = AdaptedWeights.initialise(adapted, base.weights(), 3);
    for (WeightTensor tensor : AdaptedWeights.adapters(weights)) {
      Arrays.fill(tensor.values(), 0.1f);
    }
    AdapterDirectory.write(adapter, adapted, weights, TensorType.F32, Optional.empty());
    ModelDirectory.write(
        folder.resolve("merged"),
        base.config(),
        AdaptedWeights.merge(adapted, weights),
        TensorType.F32,
        base.tokenizerJson());

    double before = crossEntropy(text, "--model", model);
    double beside = crossEntropy(text, "--model", model, "--adapter", adapter.toString());
    double merged = crossEntropy(text, "--model", folder.resolve("merged").toString());

    assertThat(beside).isCloseTo(merged, within(1e-5)).isNotCloseTo(before, within(1e-3));
    Invocation refused =
        Invocation.of("score", "--model", "run/1", "--adapter", model, "--text", text.toString());
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("run/1 is a checkpoint");
    Invocation none =
        Invocation.of("score", "--model", model, "--adapter", model, "--text", text.toString());
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("it has no adapter_config.json");
  }

  private static double crossEntropy(Path text, String... which) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("score", "--text", text.toString()));
    arguments.addAll(List.of(which));
    Invocation scored = Invocation.of(arguments.toArray(String[]::new));
    assertThat(scored.status()).as(scored.err()).isZero();
    return scored.json().get("crossEntropy").asDouble();
  }

  @Test
  void aTeacherWithAnotherTokenizerIsRefused() throws Exception {
    Path text = Files.writeString(folder.resolve("other.txt"), "text");
    Path teacher = TinyModel.write(folder.resolve("other-tokenizer"), 8);
    Path tokenizer = teacher.resolve("tokenizer.json");
    Files.writeString(tokenizer, Files.readString(tokenizer) + "\n");

    Invocation refused = compare(text, teacher);

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("tokenizer.json").contains(teacher.toString());
  }

  private static Invocation compare(Path text, Path teacher) {
    return Invocation.of(
        "score", "--model", model, "--text", text.toString(), "--teacher", teacher.toString());
  }

  @Test
  void theSameSeedWritesTheSameText() throws Exception {
    Invocation once = complete("--seed", "5");
    Invocation again = complete("--seed", "5");
    Invocation other = complete("--seed", "6");

    assertThat(once.status()).isZero();
    assertThat(once.json().get("ids")).isNotEmpty();
    assertThat(again.json()).isEqualTo(once.json());
    assertThat(other.json()).isNotEqualTo(once.json());
  }

  @Test
  void textIsPrintedAsItsBeginningAndWhatFollows() {
    Invocation plain = Invocation.of("complete", "--model", model, "--max-tokens", "5", "Hello, ");

    assertThat(plain.status()).isZero();
    assertThat(plain.out()).startsWith("Hello, ");
  }

  @Test
  void aFolderWithoutAModelIsRefusedByName() {
    Invocation refused =
        Invocation.of("complete", "--model", folder.toString(), "--max-tokens", "5", "x");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains(folder.toString()).contains("config.json");
  }

  @Test
  void aModelThatIsNeitherFolderNorCheckpointIsRefused() {
    Invocation refused = Invocation.of("complete", "--model", "nowhere", "x");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("nowhere").contains("RUN/SEQUENCE");
  }

  @Test
  void aMissingTextIsRefusedByName() {
    Invocation refused =
        Invocation.of("score", "--model", model, "--text", folder.resolve("none").toString());

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("none");
  }

  private static Invocation complete(String... more) {
    String[] arguments = {
      "complete",
      "--model",
      model,
      "--max-tokens",
      "12",
      "--output",
      "json",
      "int main",
      more[0],
      more[1]
    };
    return Invocation.of(arguments);
  }
}
