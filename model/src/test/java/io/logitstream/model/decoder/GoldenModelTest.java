package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models and log-probabilities written by {@code tools/make_golden.py} with transformers. */
class GoldenModelTest {
  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grouped-query",
        "multi-head",
        "multi-query",
        "wide-heads",
        "other-rotation",
        "other-rotation-and-epsilon",
        "bfloat16",
        "transformers-4-keys"
      })
  void everyLogProbabilityIsThatOfTransformers(String name) throws Exception {
    Path folder = folder(name);
    ModelDirectory model = ModelDirectory.open(folder);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    int[][] sequences = sequences(golden.get("tokens"));
    int vocabulary = model.config().vocabularySize();
    List<Decoder.Position> positions = new ArrayList<>();
    List<Double> expected = new ArrayList<>();
    for (int sequence = 0; sequence < sequences.length; sequence++) {
      for (int t = 0; t < sequences[sequence].length - 1; t++) {
        positions.add(new Decoder.Position(sequence, t));
        for (int id = 0; id < vocabulary; id++) {
          expected.add(
              golden.get("logProbabilities").get(sequence).get(t * vocabulary + id).asDouble());
        }
      }
    }

    List<Double> actual = logProbabilities(model, sequences, positions);

    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(expected.get(i), within(1e-4));
    }
  }

  private static List<Double> logProbabilities(
      ModelDirectory model, int[][] sequences, List<Decoder.Position> positions)
      throws IOException {
    int vocabulary = model.config().vocabularySize();
    List<Double> values = new ArrayList<>();
    try (Decoder decoder = Decoder.load(engine, model.config(), model.weights(), ComputeType.F32)) {
      decoder.score(
          sequences,
          positions,
          1f,
          (row, probabilities, offset, entropy, label) -> {
            for (int id = 0; id < vocabulary; id++) {
              values.add(Math.log(probabilities[offset + id]));
            }
          });
    }
    return values;
  }

  private static int[][] sequences(JsonNode tokens) {
    int[][] sequences = new int[tokens.size()][];
    Arrays.setAll(
        sequences,
        i -> {
          int[] ids = new int[tokens.get(i).size()];
          Arrays.setAll(ids, t -> tokens.get(i).get(t).asInt());
          return ids;
        });
    return sequences;
  }

  private static Path folder(String name) throws URISyntaxException {
    return Path.of(GoldenModelTest.class.getResource("/golden/" + name).toURI());
  }
}
