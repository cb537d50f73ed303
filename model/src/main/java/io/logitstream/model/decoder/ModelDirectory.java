package io.logitstream.model.decoder;

import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.model.safetensors.SafetensorsFile;
import io.logitstream.model.safetensors.SafetensorsWriter;
import io.logitstream.model.safetensors.Tensor;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A Hugging Face directory: config.json, tokenizer.json and, where the model has been trained,
 * model.safetensors.
 */
public final class ModelDirectory {
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String WEIGHTS_INDEX = "model.safetensors.index.json";

  private final Path directory;
  private final ModelConfig config;

  private ModelDirectory(Path directory, ModelConfig config) {
    this.directory = directory;
    this.config = config;
  }

  /**
   * Opens a directory.
   *
   * @throws UnsupportedModelException if config.json is missing or asks for what this build cannot
   *     compute
   */
  public static ModelDirectory open(Path directory) throws IOException {
    Path file = directory.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new UnsupportedModelException(
          "%s is not a model directory: it has no %s".formatted(directory, CONFIG));
    }
    try {
      return new ModelDirectory(directory, ModelConfigJson.parse(Files.readAllBytes(file)));
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(directory + ": " + e.getMessage(), e);
    }
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /** Whether there are weights; a directory without is a model to be trained from scratch. */
  public boolean hasWeights() {
    return Files.isRegularFile(directory.resolve(WEIGHTS));
  }

  /**
   * Reads the weights.
   *
   * @throws UnsupportedModelException if a weight is missing, unknown, of another shape or not
   *     finite
   * @throws SafetensorsException if the file is damaged
   */
  public Weights weights() throws IOException {
    if (!hasWeights()) {
      throw new UnsupportedModelException(
          Files.exists(directory.resolve(WEIGHTS_INDEX))
              ? "%s has its weights in several files, expected one %s".formatted(directory, WEIGHTS)
              : "%s has no %s".formatted(directory, WEIGHTS));
    }
    try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
      List<WeightTensor> tensors = new ArrayList<>();
      List<String> unknown = new ArrayList<>(file.names());
      for (WeightLayout.Slot slot : WeightLayout.of(config).slots()) {
        Tensor tensor = file.read(slot.name());
        if (!tensor.shape().equals(slot.shape())) {
          throw new UnsupportedModelException(
              "%s: %s has shape %s, expected %s by %s"
                  .formatted(directory, slot.name(), tensor.shape(), slot.shape(), CONFIG));
        }
        tensors.add(new WeightTensor(slot, tensor.values()));
        unknown.remove(slot.name());
      }
      if (config.tiedEmbeddings()) {
        unknown.remove("lm_head.weight");
      }
      unknown.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
      if (!unknown.isEmpty()) {
        throw new UnsupportedModelException(
            "%s: %s holds weights that such a decoder has not: %s"
                .formatted(directory, WEIGHTS, unknown));
      }
      return new Weights(config, tensors);
    }
  }

  /** The bytes of tokenizer.json. */
  public byte[] tokenizerJson() throws IOException {
    Path file = directory.resolve(TOKENIZER);
    if (!Files.isRegularFile(file)) {
      throw new UnsupportedModelException("%s has no %s".formatted(directory, TOKENIZER));
    }
    return Files.readAllBytes(file);
  }

  /** SHA-256 (hex) of model.safetensors. */
  public String weightsSha256() throws IOException {
    return Sha256.of(directory.resolve(WEIGHTS));
  }

  /** SHA-256 (hex) of tokenizer.json. */
  public String tokenizerSha256() throws IOException {
    return Sha256.of(directory.resolve(TOKENIZER));
  }

  /**
   * Writes a directory that transformers 4 and 5 load.
   *
   * @param directory created where it is missing
   * @param storedAs number type of the stored weights
   */
  public static void write(
      Path directory,
      ModelConfig config,
      Weights weights,
      TensorType storedAs,
      byte[] tokenizerJson)
      throws IOException {
    Files.createDirectories(directory);
    String typeName =
        switch (storedAs) {
          case F32 -> "float32";
          case BF16 -> "bfloat16";
          case F16 ->
              throw new IllegalArgumentException("weights are written as F32 or BF16, not F16");
        };
    List<Tensor> tensors =
        weights.tensors().stream()
            .map(weight -> new Tensor(weight.slot().name(), weight.slot().shape(), weight.values()))
            .toList();
    Files.write(directory.resolve(CONFIG), ModelConfigJson.write(config, typeName));
    Files.write(directory.resolve(TOKENIZER), tokenizerJson);
    Files.write(
        directory.resolve(TOKENIZER_CONFIG), TokenizerConfigJson.write(config, tokenizerJson));
    Path unfinished = directory.resolve(WEIGHTS + ".tmp");
    SafetensorsWriter.write(unfinished, tensors, storedAs);
    Files.move(
        unfinished,
        directory.resolve(WEIGHTS),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }
}
