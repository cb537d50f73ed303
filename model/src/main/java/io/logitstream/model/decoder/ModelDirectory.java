package io.logitstream.model.decoder;

import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.model.safetensors.SafetensorsWriter;
import io.logitstream.model.safetensors.Tensor;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A Hugging Face directory: config.json, tokenizer.json and, where the model has been trained,
 * model.safetensors, in one file or in several with an index.
 */
public final class ModelDirectory {
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String WEIGHTS_INDEX = "model.safetensors.index.json";

  private static final String UNFINISHED = ".tmp";

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
    return Files.isRegularFile(directory.resolve(WEIGHTS))
        || Files.isRegularFile(directory.resolve(WEIGHTS_INDEX));
  }

  /**
   * Reads the weights, from model.safetensors or from the files that model.safetensors.index.json
   * names.
   *
   * @throws UnsupportedModelException if a weight is missing, unknown, of another shape or not
   *     finite
   * @throws SafetensorsException if a file is damaged
   */
  public Weights weights() throws IOException {
    if (!hasWeights()) {
      throw new UnsupportedModelException("%s has no %s".formatted(directory, WEIGHTS));
    }
    try (StoredWeights stored = storedWeights()) {
      return stored.read(config);
    }
  }

  private StoredWeights storedWeights() throws IOException {
    return Files.isRegularFile(directory.resolve(WEIGHTS))
        ? StoredWeights.single(directory, WEIGHTS)
        : StoredWeights.sharded(directory, WEIGHTS_INDEX);
  }

  /** The bytes of tokenizer.json. */
  public byte[] tokenizerJson() throws IOException {
    Path file = directory.resolve(TOKENIZER);
    if (!Files.isRegularFile(file)) {
      throw new UnsupportedModelException("%s has no %s".formatted(directory, TOKENIZER));
    }
    return Files.readAllBytes(file);
  }

  /**
   * SHA-256 (hex) of model.safetensors; of several files, the hash of their hashes in hex, joined
   * in the order of the files' names.
   */
  public String weightsSha256() throws IOException {
    if (Files.isRegularFile(directory.resolve(WEIGHTS))) {
      return Sha256.of(directory.resolve(WEIGHTS));
    }
    StringBuilder hashes = new StringBuilder();
    try (StoredWeights stored = storedWeights()) {
      for (Path file : stored.files()) {
        hashes.append(Sha256.of(file));
      }
    }
    return Sha256.of(hashes.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** SHA-256 (hex) of tokenizer.json. */
  public String tokenizerSha256() throws IOException {
    return Sha256.of(directory.resolve(TOKENIZER));
  }

  /**
   * Writes a directory that transformers 4 and 5 load. Each file is written under another name,
   * forced to the disk and then moved into its place; the weights come last.
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
    put(directory, CONFIG, ModelConfigJson.write(config, typeName));
    put(directory, TOKENIZER, tokenizerJson);
    put(directory, TOKENIZER_CONFIG, TokenizerConfigJson.write(config, tokenizerJson));
    put(directory, WEIGHTS, tensors, storedAs);
  }

  static void put(Path directory, String name, List<Tensor> tensors, TensorType storedAs)
      throws IOException {
    Path unfinished = directory.resolve(name + UNFINISHED);
    SafetensorsWriter.write(unfinished, tensors, storedAs);
    complete(unfinished, directory.resolve(name));
  }

  static void put(Path directory, String name, byte[] content) throws IOException {
    Path unfinished = directory.resolve(name + UNFINISHED);
    Files.write(unfinished, content);
    complete(unfinished, directory.resolve(name));
  }

  /** A file under its name is whole, even after the power fails. */
  private static void complete(Path unfinished, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(
        unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
