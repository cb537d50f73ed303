package io.logitstream.console.bench.device;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model that both devices compute.
 *
 * @param name shown with what is found
 */
public record ComparedModel(String name, ModelConfig config, Weights weights) {
  private static final int DEEPEST_FOLDER = 4;

  /** A model of random weights. */
  public static ComparedModel random(String name, ModelConfig config) {
    return new ComparedModel(name, config, Weights.initialise(config, 1));
  }

  /**
   * Every Hugging Face directory below a folder, in the order of their names.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static List<ComparedModel> below(Path folder) throws IOException {
    List<Path> directories;
    try (Stream<Path> files = Files.walk(folder, DEEPEST_FOLDER)) {
      directories =
          files.filter(file -> Files.exists(file.resolve("config.json"))).sorted().toList();
    }
    if (directories.isEmpty()) {
      throw new IllegalArgumentException(
          "no config.json in '%s' or %d folders below it, expected Hugging Face directories"
              .formatted(folder, DEEPEST_FOLDER));
    }
    List<ComparedModel> models = new ArrayList<>();
    for (Path directory : directories) {
      ModelDirectory model = ModelDirectory.open(directory);
      models.add(
          new ComparedModel(
              folder.relativize(directory).toString(), model.config(), model.weights()));
    }
    return models;
  }
}
