package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a checkpoint as a Hugging Face directory. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes a checkpoint as a Hugging Face directory: config.json, model.safetensors,"
          + " tokenizer.json. transformers 4 and 5 load it; 'train' and 'complete' take it too.",
      "Every chunk and the whole are checked against the manifest's SHA-256 before anything is"
          + " written.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints export student/latest my-student",
      "  logitstream checkpoints export student/12 my-student --format bf16",
      "  logitstream checkpoints export student/latest my-student --averages",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CheckpointsExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN/SEQUENCE", description = "The checkpoint's ID.")
  private String id;

  @Parameters(index = "1", paramLabel = "DIR", description = "Where to write; made if missing.")
  private Path directory;

  @Option(
      names = "--format",
      paramLabel = "f32|bf16",
      defaultValue = "f32",
      description = "Number type of the written weights (default: ${DEFAULT-VALUE}).")
  private TensorType format;

  @Option(
      names = "--averages",
      description = "Write the averages of the weights that the run keeps (averages.decay).")
  private boolean averages;

  @Option(names = "--force", description = "Write into a folder that is not empty.")
  private boolean force;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    requireRoom();
    CheckpointManifest manifest;
    LoadedModel model;
    try (CheckpointReader reader = CheckpointModels.open(options.load())) {
      manifest = CheckpointModels.find(reader, id);
      spec.commandLine().getErr().printf("reading checkpoint %s ...%n", CheckpointId.of(manifest));
      model = CheckpointModels.load(reader, manifest, averages);
    }
    ModelDirectory.write(directory, model.config(), model.weights(), format, model.tokenizerJson());
    Map<String, Object> printed = new LinkedHashMap<>();
    printed.put("id", CheckpointId.of(manifest).toString());
    printed.put("directory", directory.toAbsolutePath().normalize().toString());
    printed.put("step", manifest.getStep());
    printed.put("parameters", model.config().parameters());
    printed.put("weightsSha256", model.weights().sha256());
    spec.commandLine()
        .getOut()
        .println(
            output.isJson()
                ? OutputOption.json(printed)
                : "%s (step %d, %,d parameters) is in %s"
                    .formatted(
                        printed.get("id"),
                        manifest.getStep(),
                        model.config().parameters(),
                        printed.get("directory")));
    return ExitStatus.OK.code();
  }

  private void requireRoom() throws IOException {
    if (force || !Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "%s is not empty: name a new folder, or use --force".formatted(directory));
      }
    }
  }
}
