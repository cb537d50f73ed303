package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of PEFT's against logits written by {@code tools/make_golden_lora.py}. */
class GoldenAdaptersTest {
  private static final double TOLERANCE = 1e-4;

  private static TorchEngine engine;

  @TempDir private Path directory;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-all", "qwen2-rslora", "gpt2"})
  void beside_the_matrices_and_merged_into_them_logits_are_those_of_peft(String name)
      throws Exception {
    Golden golden = Golden.of(name);
    assertThat(golden.worst(golden.adapted(), golden.weights())).isLessThan(TOLERANCE);
    assertThat(
            golden.worst(
                golden.adapted().base(), AdaptedWeights.merge(golden.adapted(), golden.weights())))
        .isLessThan(TOLERANCE);
    for (JsonNode effect : golden.json().get("leftOut")) {
      assertThat(effect.asDouble()).isGreaterThanOrEqualTo(100 * TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-all", "qwen2-rslora", "gpt2"})
  void adapters_are_read_again_as_they_are_written(String name) throws Exception {
    Golden golden = Golden.of(name);
    AdapterDirectory.write(
        directory, golden.adapted(), golden.weights(), TensorType.F32, Optional.of("base"));
    AdapterDirectory written = AdapterDirectory.open(directory);
    assertThat(written.adapter()).isEqualTo(golden.adapted().adapter());
    assertThat(written.onto(golden.model().config(), golden.model().weights()).sha256())
        .isEqualTo(golden.weights().sha256());
    assertThat(Files.readAllBytes(directory.resolve("adapter_model.safetensors")).length)
        .isLessThan(Math.toIntExact(Files.size(golden.folder().resolve("model.safetensors"))));
  }

  @Test
  void dropout_is_told_of_since_it_is_for_training_alone() throws Exception {
    assertThat(
            AdapterDirectory.open(Golden.of("qwen2-rslora").folder().resolve("adapter"))
                .hadDropout())
        .isTrue();
    assertThat(
            AdapterDirectory.open(Golden.of("llama-all").folder().resolve("adapter")).hadDropout())
        .isFalse();
  }

  @Test
  void adapters_of_another_model_are_refused_by_the_name_of_the_weight() throws Exception {
    Golden llama = Golden.of("llama-all");
    Golden qwen = Golden.of("qwen2-rslora");
    Path adapter = llama.folder().resolve("adapter");
    ModelConfig deeper = new ModelConfig(80, 24, 32, 3, 4, 2, 6, 1e-6, 10_000, false, 64, 0, 1);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(
            () -> AdapterDirectory.open(adapter).onto(deeper, Weights.initialise(deeper, 1)))
        .withMessageContaining("holds no weight base_model.model.model.layers.2.");
    ModelConfig shallower = new ModelConfig(80, 24, 32, 1, 4, 2, 6, 1e-6, 10_000, false, 64, 0, 1);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(
            () -> AdapterDirectory.open(adapter).onto(shallower, Weights.initialise(shallower, 1)))
        .withMessageContaining("have not: [base_model.model.model.layers.1.");
    ModelConfig narrower = new ModelConfig(80, 24, 16, 2, 4, 2, 6, 1e-6, 10_000, false, 64, 0, 1);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(
            () -> AdapterDirectory.open(adapter).onto(narrower, Weights.initialise(narrower, 1)))
        .withMessageContaining("has shape [32, 3], expected [16, 3]");
    Files.copy(
        qwen.folder().resolve("adapter/adapter_config.json"),
        directory.resolve("adapter_config.json"));
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(
            () ->
                AdapterDirectory.open(directory)
                    .onto(qwen.model().config(), qwen.model().weights()))
        .withMessageContaining("has no adapter_model.safetensors");
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> AdapterDirectory.open(directory.resolve("none")))
        .withMessageContaining("it has no adapter_config.json");
  }

  /** A model, its adapters, texts, and the logits after each of their positions. */
  private record Golden(
      Path folder, ModelDirectory model, ModelConfig adapted, Weights weights, JsonNode json) {
    static Golden of(String name) throws IOException, URISyntaxException {
      Path folder =
          Path.of(GoldenAdaptersTest.class.getResource("/golden/adapters/" + name).toURI());
      ModelDirectory model = ModelDirectory.open(folder);
      AdapterDirectory adapter = AdapterDirectory.open(folder.resolve("adapter"));
      return new Golden(
          folder,
          model,
          model.config().with(adapter.adapter()),
          adapter.onto(model.config(), model.weights()),
          new ObjectMapper().readTree(folder.resolve("golden.json").toFile()));
    }

    /** The largest deviation of a logit. */
    double worst(ModelConfig config, Weights weights) {
      JsonNode tokens = json.get("tokens").get(0);
      int[] ids = new int[tokens.size()];
      Arrays.setAll(ids, t -> tokens.get(t).asInt());
      double worst = 0;
      try (Decoder decoder = Decoder.load(engine, config, weights, ComputeType.F32);
          Decoder.Continuation text = decoder.start(Arrays.copyOf(ids, 3))) {
        for (int t = 2; t < ids.length; t++) {
          float[] actual = text.logits();
          for (int id = 0; id < actual.length; id++) {
            double expected = json.get("logits").get(0).get(t * actual.length + id).asDouble();
            worst = Math.max(worst, Math.abs(actual[id] - expected));
          }
          if (t + 1 < ids.length) {
            text.append(ids[t + 1]);
          }
        }
      }
      return worst;
    }
  }
}
