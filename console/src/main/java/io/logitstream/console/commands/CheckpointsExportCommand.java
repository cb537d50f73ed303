package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.WeightLayout;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
          + " tokenizer.json. transformers 4 and 5 load it; 'train' and 'complete' take it too."
          + " Adapters (student.lora.rank) are merged into the weights, or written by themselves for"
          + " PEFT with --adapter.",
      "Every chunk and the whole are checked against the manifest's SHA-256 before anything is"
          + " written.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints export student/latest my-student",
      "  logitstream checkpoints export student/12 my-student --format bf16",
      "  logitstream checkpoints export student/latest my-student --averages",
      "  logitstream checkpoints export tuned/latest --adapter my-adapter --base Qwen/Qwen3-0.6B",
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

  @Option(
      names = "--adapter",
      description =
          "Write the adapters alone, as PEFT reads them: adapter_config.json,"
              + " adapter_model.safetensors.")
  private boolean adapter;

  @Option(
      names = "--base",
      paramLabel = "NAME|DIR",
      description =
          "With --adapter: the model that the adapters are for, as PEFT is to find it"
              + " (base_model_name_or_path).")
  private @Nullable String base;

  @Option(names = "--force", description = "Write into a folder that is not empty.")
  private boolean force;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    if (base != null && !adapter) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "--base is %s, and it is for --adapter alone: a merged model needs no other"
              .formatted(base));
    }
    requireRoom();
    CheckpointManifest manifest;
    LoadedModel model;
    try (CheckpointReader reader = CheckpointModels.open(options.loadToAsk())) {
      manifest = CheckpointModels.find(reader, id);
      spec.commandLine().getErr().printf("reading checkpoint %s ...%n", CheckpointId.of(manifest));
      model = CheckpointModels.load(reader, manifest, averages);
    }
    LoadedModel written = adapter ? model : model.merged();
    long parameters = adapter ? writeAdapters(manifest, written) : writeMerged(written);
    Map<String, Object> printed = new LinkedHashMap<>();
    printed.put("id", CheckpointId.of(manifest).toString());
    printed.put("directory", directory.toAbsolutePath().normalize().toString());
    printed.put("step", manifest.getStep());
    printed.put("parameters", parameters);
    printed.put("weightsSha256", weightsSha256(written));
    spec.commandLine()
        .getOut()
        .println(
            output.isJson()
                ? OutputOption.json(printed)
                : "%s (step %d, %,d parameters) is in %s"
                    .formatted(
                        printed.get("id"),
                        manifest.getStep(),
                        parameters,
                        printed.get("directory")));
    return ExitStatus.OK.code();
  }

  private long writeMerged(LoadedModel model) throws IOException {
    ModelDirectory.write(directory, model.config(), model.weights(), format, model.tokenizerJson());
    return model.config().parameters();
  }

  private long writeAdapters(CheckpointManifest manifest, LoadedModel model) throws IOException {
    if (model.config().adapter() == null) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "checkpoint %s has no adapters: its run trains all weights (student.lora.rank is 0). Leave --adapter out"
              .formatted(CheckpointId.of(manifest)));
    }
    AdapterDirectory.write(
        directory, model.config(), model.weights(), format, Optional.ofNullable(base));
    return WeightLayout.of(model.config()).learnedParameters();
  }

  /** Of what is written, in float32. */
  private String weightsSha256(LoadedModel model) {
    return adapter ? Sha256.of(model.weights().learnedBytes()) : model.weights().sha256();
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
