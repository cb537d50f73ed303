package io.logitstream.console.commands;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import picocli.CommandLine.Option;

/** On what a command computes. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ComputeOptions {
  @Option(
      names = "--dtype",
      paramLabel = "f32|bf16",
      defaultValue = "f32",
      description = "Number type of matrix products (default: ${DEFAULT-VALUE}).")
  private ComputeType computeType;

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

  ComputeType computeType() {
    return computeType;
  }

  TorchEngine start() {
    return TorchEngine.start(device, threads);
  }
}
