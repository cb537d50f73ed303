package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.safetensors.SafetensorsFile;
import io.logitstream.model.safetensors.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The weights of a directory where they lie: each in one of its safetensors files. */
final class StoredWeights implements AutoCloseable {
  /** GPT-2's first checkpoints have their causal masks among the weights. */
  private static final List<String> NO_WEIGHTS =
      List.of(".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias");

  private static final String HEAD = "lm_head.weight";

  private final Path directory;
  private final SortedMap<Path, SafetensorsFile> files = new TreeMap<>();
  private final SortedMap<String, SafetensorsFile> fileOfWeight = new TreeMap<>();

  private StoredWeights(Path directory) {
    this.directory = directory;
  }

  static StoredWeights single(Path directory, String name) throws IOException {
    StoredWeights stored = new StoredWeights(directory);
    SafetensorsFile file = stored.open(name);
    file.names().forEach(weight -> stored.fileOfWeight.put(weight, file));
    return stored;
  }

  /**
   * Opens the files of an index: {@code {"weight_map": {weight: file, …}}}.
   *
   * @throws UnsupportedModelException if it is damaged, names a file outside the directory, or says
   *     otherwise than the files
   */
  static StoredWeights sharded(Path directory, String indexName) throws IOException {
    JsonNode map = new ObjectMapper().readTree(Files.readAllBytes(directory.resolve(indexName)));
    map = map.path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new UnsupportedModelException(
          "%s: %s has no weight_map".formatted(directory, indexName));
    }
    StoredWeights stored = new StoredWeights(directory);
    try {
      for (Iterator<Map.Entry<String, JsonNode>> entries = map.properties().iterator();
          entries.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = entries.next();
        stored.add(entry.getKey(), entry.getValue().asText(), indexName);
      }
      stored.requireAllNamed(indexName);
      return stored;
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private void add(String weight, String fileName, String indexName) throws IOException {
    if (!fileName.matches("[A-Za-z0-9._-]+\\.safetensors")) {
      throw new UnsupportedModelException(
          "%s: %s has %s in '%s', expected the name of a safetensors file beside it"
              .formatted(directory, indexName, weight, fileName));
    }
    SafetensorsFile file = files.get(directory.resolve(fileName));
    if (file == null) {
      file = open(fileName);
    }
    if (!file.names().contains(weight)) {
      throw new UnsupportedModelException(
          "%s: %s has %s in %s, which does not hold it"
              .formatted(directory, indexName, weight, fileName));
    }
    fileOfWeight.put(weight, file);
  }

  private void requireAllNamed(String indexName) {
    for (Map.Entry<Path, SafetensorsFile> file : files.entrySet()) {
      for (String weight : file.getValue().names()) {
        if (fileOfWeight.get(weight) != file.getValue()) {
          throw new UnsupportedModelException(
              "%s: %s holds %s, which %s does not say"
                  .formatted(directory, file.getKey().getFileName(), weight, indexName));
        }
      }
    }
  }

  private SafetensorsFile open(String name) throws IOException {
    Path path = directory.resolve(name);
    if (!Files.isRegularFile(path)) {
      throw new UnsupportedModelException("%s has no %s".formatted(directory, name));
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    files.put(path, file);
    return file;
  }

  /** The files, by name. */
  List<Path> files() {
    return List.copyOf(files.keySet());
  }

  /**
   * Reads all weights of a configuration.
   *
   * @throws UnsupportedModelException if one is missing, unknown, of another shape or not finite
   */
  Weights read(ModelConfig config) throws IOException {
    List<WeightTensor> tensors = new ArrayList<>();
    TreeSet<String> unknown = new TreeSet<>(fileOfWeight.keySet());
    for (WeightLayout.Slot slot : WeightLayout.of(config).slots()) {
      String name = storedName(slot.name());
      Tensor tensor = tensor(name);
      if (!tensor.shape().equals(slot.shape())) {
        throw new UnsupportedModelException(
            "%s: %s has shape %s, expected %s by config.json"
                .formatted(directory, name, tensor.shape(), slot.shape()));
      }
      tensors.add(new WeightTensor(slot, tensor.values()));
      unknown.remove(name);
    }
    if (config.tiedEmbeddings()) {
      unknown.remove(HEAD);
    }
    unknown.removeIf(name -> NO_WEIGHTS.stream().anyMatch(name::endsWith));
    if (!unknown.isEmpty()) {
      throw new UnsupportedModelException(
          "%s holds weights that such a decoder has not: %s".formatted(directory, unknown));
    }
    return new Weights(config, tensors);
  }

  /** Files of a model without its head name the weights without the first part. */
  private String storedName(String name) {
    String bare = name.substring(name.indexOf('.') + 1);
    return !fileOfWeight.containsKey(name) && fileOfWeight.containsKey(bare) ? bare : name;
  }

  private Tensor tensor(String name) throws IOException {
    SafetensorsFile file = fileOfWeight.get(name);
    if (file == null) {
      throw new UnsupportedModelException(
          "%s holds no weight %s; it holds %s".formatted(directory, name, fileOfWeight.keySet()));
    }
    return file.read(name);
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile file : files.values()) {
      file.close();
    }
  }
}
