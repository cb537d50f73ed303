package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Families and options against logits written by {@code tools/make_golden_families.py}. */
class GoldenFamiliesTest {
  private static final double TOLERANCE = 1e-4;

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  static Stream<String> models() throws IOException {
    try (Stream<Path> folders = Files.list(folder(""))) {
      return folders.map(Path::getFileName).map(Path::toString).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoringGivesTheProbabilitiesOfTransformers(String name) throws IOException {
    Golden golden = Golden.of(name);
    double[] worst = new double[1];
    try (Decoder decoder = golden.decoder(ComputeType.F32)) {
      decoder.score(
          golden.sequences(),
          golden.positions(),
          1f,
          (row, probabilities, offset, entropy, label) -> {
            Decoder.Position at = golden.positions().get(row);
            double[] expected = golden.logProbabilities(at);
            for (int id = 0; id < expected.length; id++) {
              // Far out a float32 logarithm is itself rounded by as much as the tolerance.
              if (expected[id] > -20) {
                double actual = Math.log(probabilities[offset + id]);
                worst[0] = Math.max(worst[0], Math.abs(actual - expected[id]));
              }
            }
          });
    }
    assertThat(worst[0]).isLessThan(TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("models")
  void writingOnWithTheCacheGivesTheLogitsOfTransformers(String name) throws IOException {
    Golden golden = Golden.of(name);
    int[] tokens = golden.sequences()[0];
    double worst = 0;
    try (Decoder decoder = golden.decoder(ComputeType.F32);
        Decoder.Continuation text = decoder.start(Arrays.copyOf(tokens, 3))) {
      for (int t = 2; t < tokens.length; t++) {
        float[] actual = text.logits();
        double[] expected = golden.logits(new Decoder.Position(0, t));
        for (int id = 0; id < actual.length; id++) {
          worst = Math.max(worst, Math.abs(actual[id] - expected[id]));
        }
        if (t + 1 < tokens.length) {
          text.append(tokens[t + 1]);
        }
      }
    }
    assertThat(worst).isLessThan(TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("models")
  void inBfloat16TheSameTextIsAboutAsLikely(String name) throws IOException {
    Golden golden = Golden.of(name);
    List<Double> expected = new ArrayList<>();
    List<Double> actual = new ArrayList<>();
    try (Decoder decoder = golden.decoder(ComputeType.BF16)) {
      decoder.score(
          golden.sequences(),
          golden.positions(),
          1f,
          (row, probabilities, offset, entropy, label) -> {
            Decoder.Position at = golden.positions().get(row);
            int token = golden.sequences()[at.sequence()][at.position() + 1];
            expected.add(golden.logProbabilities(at)[token]);
            actual.add((double) label);
          });
    }
    double scale = expected.stream().mapToDouble(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(expected.get(i), within(0.1 * scale));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void anOptionLeftOutWouldShow(String name) throws IOException {
    JsonNode effects = Golden.of(name).json().get("leftOut");
    assertThat(effects.size()).isPositive();
    for (JsonNode effect : effects) {
      assertThat(effect.asDouble()).isGreaterThanOrEqualTo(100 * TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theConfigurationIsReadAgainAsItIsWritten(String name) throws IOException {
    ModelConfig config = ModelDirectory.open(folder(name)).config();
    assertThat(ModelConfig.parse(config.toJson(ComputeType.F32))).isEqualTo(config);
  }

  private static Path folder(String name) {
    try {
      return Path.of(GoldenFamiliesTest.class.getResource("/golden/families/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /** A model, texts, and the logits after each of their positions. */
  private record Golden(
      ModelDirectory model, JsonNode json, int[][] sequences, List<Decoder.Position> positions) {

    static Golden of(String name) throws IOException {
      JsonNode json = new ObjectMapper().readTree(folder(name).resolve("golden.json").toFile());
      int[][] sequences = new int[json.get("tokens").size()][];
      List<Decoder.Position> positions = new ArrayList<>();
      for (int i = 0; i < sequences.length; i++) {
        JsonNode tokens = json.get("tokens").get(i);
        sequences[i] = new int[tokens.size()];
        for (int t = 0; t < tokens.size(); t++) {
          sequences[i][t] = tokens.get(t).asInt();
          if (t + 1 < tokens.size()) {
            positions.add(new Decoder.Position(i, t));
          }
        }
      }
      return new Golden(ModelDirectory.open(folder(name)), json, sequences, positions);
    }

    Decoder decoder(ComputeType computeType) {
      try {
        return Decoder.load(engine, model.config(), model.weights(), computeType);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    double[] logits(Decoder.Position at) {
      int vocabulary = model.config().vocabularySize();
      JsonNode rows = json.get("logits").get(at.sequence());
      double[] logits = new double[vocabulary];
      Arrays.setAll(logits, id -> rows.get(at.position() * vocabulary + id).asDouble());
      return logits;
    }

    double[] logProbabilities(Decoder.Position at) {
      double[] logits = logits(at);
      double largest = Arrays.stream(logits).max().orElseThrow();
      double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
      return Arrays.stream(logits).map(logit -> logit - largest - Math.log(sum)).toArray();
    }
  }
}
