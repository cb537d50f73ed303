package io.logitstream.model.decoder;

import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.model.safetensors.SafetensorsFile;
import io.logitstream.model.safetensors.Tensor;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A directory of PEFT's: adapter_config.json, and adapter_model.safetensors with A and B of each
 * adapter, named as their modules with {@code base_model.model.} before.
 */
public final class AdapterDirectory {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  private final Path directory;
  private final byte[] configJson;
  private final LowRank adapter;

  private AdapterDirectory(Path directory, byte[] configJson, LowRank adapter) {
    this.directory = directory;
    this.configJson = configJson;
    this.adapter = adapter;
  }

  /** Whether a directory holds adapters. */
  public static boolean isOne(Path directory) {
    return Files.isRegularFile(directory.resolve(CONFIG));
  }

  /**
   * Opens a directory.
   *
   * @throws UnsupportedModelException if adapter_config.json is missing or asks for what this build
   *     cannot compute
   */
  public static AdapterDirectory open(Path directory) throws IOException {
    if (!isOne(directory)) {
      throw new UnsupportedModelException(
          "%s holds no adapters: it has no %s".formatted(directory, CONFIG));
    }
    byte[] json = Files.readAllBytes(directory.resolve(CONFIG));
    try {
      return new AdapterDirectory(directory, json, AdapterConfigJson.parse(json));
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(directory + ": " + e.getMessage(), e);
    }
  }

  /** What the adapters are. */
  public LowRank adapter() {
    return adapter;
  }

  /** Whether they were trained with dropout, which is for training alone. */
  public boolean hadDropout() {
    return AdapterConfigJson.asksForDropout(configJson);
  }

  /**
   * A model with the adapters.
   *
   * @param base the model's shape, without adapters
   * @param weights the model's weights
   * @throws UnsupportedModelException if an adapter's weight is missing, unknown, of another shape
   *     or not finite
   * @throws SafetensorsException if the file is damaged
   */
  public Weights onto(ModelConfig base, Weights weights) throws IOException {
    Path file = directory.resolve(WEIGHTS);
    if (!Files.isRegularFile(file)) {
      throw new UnsupportedModelException("%s has no %s".formatted(directory, WEIGHTS));
    }
    ModelConfig adapted = base.with(adapter);
    List<WeightTensor> tensors = new ArrayList<>();
    try (SafetensorsFile stored = SafetensorsFile.open(file)) {
      Set<String> unknown = new TreeSet<>(stored.names());
      WeightLayout layout = WeightLayout.of(adapted);
      for (int place : layout.learned()) {
        WeightLayout.Slot slot = layout.slots().get(place);
        unknown.remove(PREFIX + slot.name());
        tensors.add(read(stored, slot));
      }
      if (!unknown.isEmpty()) {
        throw new UnsupportedModelException(
            "%s holds weights that the adapters of %s have not: %s"
                .formatted(file, CONFIG, unknown));
      }
    }
    return AdaptedWeights.join(adapted, weights, tensors);
  }

  private WeightTensor read(SafetensorsFile stored, WeightLayout.Slot slot) throws IOException {
    String name = PREFIX + slot.name();
    if (!stored.names().contains(name)) {
      throw new UnsupportedModelException(
          "%s holds no weight %s; it holds %s"
              .formatted(directory.resolve(WEIGHTS), name, stored.names()));
    }
    Tensor tensor = stored.read(name);
    if (!tensor.shape().equals(slot.shape())) {
      throw new UnsupportedModelException(
          "%s: %s has shape %s, expected %s by %s and the model"
              .formatted(directory, name, tensor.shape(), slot.shape(), CONFIG));
    }
    return new WeightTensor(slot, tensor.values());
  }

  /**
   * Writes a model's adapters for PEFT, without the model. Each file is written under another name,
   * forced to the disk and then moved into its place; the weights come last.
   *
   * @param directory created where it is missing
   * @param adapted the model's shape with its adapters
   * @param base the name or path of the model for PEFT; empty to leave that to its caller
   */
  public static void write(
      Path directory,
      ModelConfig adapted,
      Weights weights,
      TensorType storedAs,
      Optional<String> base)
      throws IOException {
    Files.createDirectories(directory);
    ModelDirectory.put(directory, CONFIG, AdapterConfigJson.write(adapted, base));
    List<Tensor> tensors =
        AdaptedWeights.adapters(weights).stream()
            .map(
                tensor ->
                    new Tensor(
                        PREFIX + tensor.slot().name(), tensor.slot().shape(), tensor.values()))
            .toList();
    ModelDirectory.put(directory, WEIGHTS, tensors, storedAs);
  }
}
