package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a command works with: a directory, or a checkpoint on the topics. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ModelOptions {
  @Option(
      names = {"-m", "--model", "--checkpoint"},
      required = true,
      paramLabel = "DIR|RUN/SEQUENCE",
      description =
          "A Hugging Face directory, or the ID of a checkpoint on the topics ('checkpoints list'"
              + " shows them; RUN/latest is a run's newest).")
  private String model;

  @Option(
      names = "--averages",
      description = "Of a checkpoint, take the averages of the weights that its run keeps.")
  private boolean averages;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description =
          "Adapters as PEFT writes them, to put beside the weights of the folder; a checkpoint has"
              + " its own.")
  private @Nullable Path adapter;

  /**
   * Loads the model.
   *
   * @param options where the topics are, for a checkpoint
   */
  LoadedModel load(ConfigurationOptions options) throws IOException {
    Path directory = Path.of(model);
    if (Files.isDirectory(directory)) {
      if (averages) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "%s is a folder, and --averages is of checkpoints: 'checkpoints export --averages' writes them to a folder"
                .formatted(model));
      }
      LoadedModel loaded = fromDirectory(directory);
      return adapter == null ? loaded : loaded.with(AdapterDirectory.open(adapter));
    }
    if (CheckpointModels.isId(model)) {
      if (adapter != null) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "%s is a checkpoint, which has the adapters that its run has trained, and --adapter is of folders: export it first ('checkpoints export')"
                .formatted(model));
      }
      try (CheckpointReader reader = CheckpointModels.open(options.loadToAsk())) {
        return CheckpointModels.load(reader, CheckpointModels.find(reader, model), averages);
      }
    }
    throw new LogitstreamException(
        FailureKind.CONFIGURATION,
        "%s is neither a folder nor a checkpoint's ID (RUN/SEQUENCE)".formatted(model));
  }

  /** Loads a Hugging Face directory, with its weights. */
  static LoadedModel fromDirectory(Path path) throws IOException {
    ModelDirectory directory = ModelDirectory.open(path);
    if (!directory.hasWeights()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          path + " has no model.safetensors: it is a model that has not been trained yet");
    }
    return new LoadedModel(directory.config(), directory.weights(), directory.tokenizerJson());
  }
}
