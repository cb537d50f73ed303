package io.logitstream.console.commands;

import io.logitstream.console.bench.ModelShape;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a benchmark measures, and on what. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchShapeOptions {
  @Option(
      names = "--shape",
      paramLabel = "SIZES",
      defaultValue = "L6 d320 H10 KV5 ff1024 V4096",
      description =
          "Layers, hidden size, heads, key/value heads, feed-forward size, vocabulary (default:"
              + " ${DEFAULT-VALUE}).")
  private String shape;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Take the shape from a Hugging Face directory's config.json instead.")
  private @Nullable Path model;

  @Option(
      names = "--dtype",
      paramLabel = "auto|f32|bf16",
      defaultValue = "auto",
      description = "Number type of matrix products (default: ${DEFAULT-VALUE}, the faster one).")
  private String dtype;

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda",
      defaultValue = "auto",
      description = "Where to compute (default: ${DEFAULT-VALUE}, a GPU where there is one).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of an operator; 0 for one per core (default: ${DEFAULT-VALUE}).")
  private int threads;

  /**
   * The model's shape.
   *
   * @param maxPositions longest sequence of a model that is given by its sizes
   */
  ModelConfig config(int maxPositions) throws IOException {
    return model == null
        ? ModelShape.parse(shape, maxPositions)
        : ModelDirectory.open(model).config();
  }

  String device() {
    return device;
  }

  int threads() {
    return threads;
  }

  TorchEngine start() {
    return TorchEngine.start(device, threads);
  }

  ComputeType computeType(TorchEngine engine) {
    return switch (dtype) {
      case "auto" -> engine.preferredComputeType();
      case "f32" -> ComputeType.F32;
      case "bf16" -> ComputeType.BF16;
      default ->
          throw new IllegalArgumentException(
              "--dtype is '%s', expected auto, f32 or bf16".formatted(dtype));
    };
  }
}
