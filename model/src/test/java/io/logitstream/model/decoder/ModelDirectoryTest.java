package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logitstream.model.safetensors.SafetensorsFile;
import io.logitstream.model.safetensors.SafetensorsWriter;
import io.logitstream.model.safetensors.Tensor;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(50, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, 0, 1);
  private static final Weights WEIGHTS = Weights.initialise(CONFIG, 11);
  private static final byte[] TOKENIZER = "{}".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  @Test
  void float32ComesBackBitForBit() throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);

    ModelDirectory read = ModelDirectory.open(directory);
    assertThat(read.config()).isEqualTo(CONFIG);
    assertThat(read.weights().sha256()).isEqualTo(WEIGHTS.sha256());
    assertThat(read.tokenizerJson()).isEqualTo(TOKENIZER);
    assertThat(read.hasWeights()).isTrue();
  }

  @Test
  void theTokenizersConfigurationNamesTheSpecialTokensOfTheModel() throws IOException {
    String tokenizer =
        "{\"added_tokens\":[{\"id\":1,\"content\":\"<|end|>\"},{\"id\":0,\"content\":\"<|begin|>\"}]}";
    ModelDirectory.write(
        directory, CONFIG, WEIGHTS, TensorType.F32, tokenizer.getBytes(StandardCharsets.UTF_8));

    assertThat(Files.readString(directory.resolve("tokenizer_config.json")))
        .contains("\"bos_token\" : \"<|begin|>\"")
        .contains("\"eos_token\" : \"<|end|>\"")
        .contains("\"model_max_length\" : 64");
  }

  @Test
  void bfloat16ComesBackRounded() throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.BF16, TOKENIZER);

    List<WeightTensor> read = ModelDirectory.open(directory).weights().tensors();
    for (int i = 0; i < read.size(); i++) {
      float[] values = WEIGHTS.tensors().get(i).values();
      for (int j = 0; j < values.length; j++) {
        assertThat(read.get(i).values()[j]).isCloseTo(values[j], within(Math.abs(values[j]) / 256));
      }
    }
  }

  @Test
  void theHashIsThatOfTheFile() throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);
    String before = ModelDirectory.open(directory).weightsSha256();
    ModelDirectory.write(
        directory, CONFIG, Weights.initialise(CONFIG, 12), TensorType.F32, TOKENIZER);

    assertThat(before).hasSize(64).isNotEqualTo(ModelDirectory.open(directory).weightsSha256());
    assertThat(ModelDirectory.open(directory).tokenizerSha256())
        .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  }

  @Test
  void aDirectoryWithoutWeightsIsAModelToTrain() throws IOException {
    Files.write(directory.resolve("config.json"), CONFIG.toJson(ComputeType.F32));

    ModelDirectory untrained = ModelDirectory.open(directory);
    assertThat(untrained.hasWeights()).isFalse();
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(untrained::weights)
        .withMessageContaining("model.safetensors");
  }

  @Test
  void aDirectoryWithoutConfigurationIsNamed() {
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> ModelDirectory.open(directory))
        .withMessageContaining(directory.toString())
        .withMessageContaining("config.json");
  }

  @Test
  void weightsThatDisagreeWithTheConfigurationAreNamed() throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);
    ModelConfig wider = new ModelConfig(50, 32, 56, 2, 4, 2, 8, 1e-5, 10_000, true, 64, 0, 1);
    Files.write(directory.resolve("config.json"), wider.toJson(ComputeType.F32));

    ModelDirectory read = ModelDirectory.open(directory);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(read::weights)
        .withMessageContaining("model.layers.0.mlp.gate_proj.weight")
        .withMessageContaining("[48, 32]")
        .withMessageContaining("[56, 32]");
  }

  @Test
  void weightsThatTheDecoderWouldNotUseAreRefused() throws IOException {
    rewrite(new Tensor("model.layers.0.self_attn.q_proj.bias", List.of(1L), new float[1]));

    ModelDirectory read = ModelDirectory.open(directory);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(read::weights)
        .withMessageContaining("q_proj.bias");
  }

  @Test
  void aSpareHeadOfATiedModelIsPassedOver() throws IOException {
    rewrite(new Tensor("lm_head.weight", List.of(1L), new float[1]));
    assertThat(ModelDirectory.open(directory).weights().sha256()).isEqualTo(WEIGHTS.sha256());
  }

  @Test
  void severalFilesWithAnIndexAreOneModel() throws IOException {
    shard(name -> name.contains("layers.1") ? "b.safetensors" : "a.safetensors");

    ModelDirectory read = ModelDirectory.open(directory);
    assertThat(read.hasWeights()).isTrue();
    assertThat(read.weights().sha256()).isEqualTo(WEIGHTS.sha256());
    assertThat(read.weightsSha256()).hasSize(64);
  }

  @Test
  void anIndexThatLeavesTheDirectoryOrItsFilesIsRefused() throws IOException {
    shard(name -> "a.safetensors");
    Path index = directory.resolve("model.safetensors.index.json");
    String json = Files.readString(index);

    Files.writeString(index, json.replaceFirst("a.safetensors", "../a.safetensors"));
    assertRefused("'../a.safetensors'");
    Files.writeString(index, json.replaceFirst("a.safetensors", "missing.safetensors"));
    assertRefused("missing.safetensors");
    Files.writeString(index, json.replace("model.norm.weight", "model.other.weight"));
    assertRefused("model.other.weight");
    Files.writeString(index, "{\"weight_map\": {}}");
    assertRefused("weight_map");
  }

  @Test
  void gpt2MayNameItsWeightsAsItsFirstCheckpointsDid() throws IOException {
    ModelConfig gpt2 =
        new ModelConfig(
            50,
            32,
            48,
            1,
            4,
            4,
            8,
            1e-5,
            new Architecture.Gpt2(Activation.GELU_NEW),
            true,
            64,
            0,
            1);
    Weights weights = Weights.initialise(gpt2, 5);
    ModelDirectory.write(directory, gpt2, weights, TensorType.F32, TOKENIZER);
    List<Tensor> tensors = new ArrayList<>();
    for (WeightTensor weight : weights.tensors()) {
      String name = weight.slot().name().replaceFirst("^transformer\\.", "");
      tensors.add(new Tensor(name, weight.slot().shape(), weight.values()));
    }
    tensors.add(new Tensor("h.0.attn.bias", List.of(1L), new float[1]));
    SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, TensorType.F32);

    assertThat(ModelDirectory.open(directory).weights().sha256()).isEqualTo(weights.sha256());
  }

  @Test
  void nothingUnfinishedIsLeft() throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
    }
  }

  private void assertRefused(String named) throws IOException {
    ModelDirectory read = ModelDirectory.open(directory);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(read::weights)
        .withMessageContaining(named);
  }

  private void shard(UnaryOperator<String> fileOfWeight) throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);
    Files.delete(directory.resolve("model.safetensors"));
    Map<String, List<Tensor>> files = new TreeMap<>();
    ObjectNode index = new ObjectMapper().createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    for (WeightTensor weight : WEIGHTS.tensors()) {
      String name = weight.slot().name();
      map.put(name, fileOfWeight.apply(name));
      files
          .computeIfAbsent(fileOfWeight.apply(name), file -> new ArrayList<>())
          .add(new Tensor(name, weight.slot().shape(), weight.values()));
    }
    for (Map.Entry<String, List<Tensor>> file : files.entrySet()) {
      SafetensorsWriter.write(directory.resolve(file.getKey()), file.getValue(), TensorType.F32);
    }
    Files.writeString(directory.resolve("model.safetensors.index.json"), index.toString());
  }

  private void rewrite(Tensor extra) throws IOException {
    ModelDirectory.write(directory, CONFIG, WEIGHTS, TensorType.F32, TOKENIZER);
    Path file = directory.resolve("model.safetensors");
    List<Tensor> tensors = new ArrayList<>();
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      for (String name : read.names()) {
        tensors.add(read.read(name));
      }
    }
    tensors.add(extra);
    SafetensorsWriter.write(file, tensors, TensorType.F32);
  }
}
