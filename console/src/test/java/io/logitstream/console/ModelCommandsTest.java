package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
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
