package io.logitstream.console.models;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Checkpoints as Hugging Face directories, whole or not there. */
public final class CheckpointExport {
  private CheckpointExport() {}

  /**
   * Writes a checkpoint below a folder, as RUN-SEQUENCE, its adapters merged into its weights;
   * leaves it if it is there.
   *
   * @param averaged whether the averages of the weights are written instead of the weights
   * @return the directory
   * @throws io.logitstream.checkpoints.DamagedCheckpointException if it is not what its manifest
   *     says
   */
  public static Path below(
      Path folder, CheckpointReader reader, CheckpointManifest manifest, boolean averaged)
      throws IOException {
    String name = manifest.getRun() + "-" + manifest.getSequence();
    Path directory = folder.resolve(name);
    if (Files.exists(directory)) {
      return directory;
    }
    LoadedModel model = CheckpointModels.load(reader, manifest, averaged).merged();
    Files.createDirectories(folder);
    Path unfinished = folder.resolve("." + name + ".unfinished");
    delete(unfinished);
    ModelDirectory.write(
        unfinished, model.config(), model.weights(), TensorType.F32, model.tokenizerJson());
    return Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walked = Files.walk(directory)) {
      files = walked.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
