package io.logitstream.console.commands;

import io.logitstream.console.bench.TeacherBench;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times a teacher's scoring. */
@Command(
    name = "teacher",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times what the teacher service does with a batch of windows: forward pass, distributions,"
          + " samples. batchMsMedian, tokensPerSecond (scored positions), utilisation (the forward"
          + " pass's arithmetic over matmulPeakGflops).",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench teacher --model demo-teacher",
      "  logitstream bench teacher --shape 'L8 d384 H12 KV6 ff1024 V4096' --sequences 16",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchTeacherCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Where samples are drawn. */
  enum Sampling {
    AUTO,
    HOST,
    DEVICE
  }

  @Option(
      names = "--sequences",
      paramLabel = "B",
      defaultValue = "8",
      description = "Windows of a batch (default: ${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--positions",
      paramLabel = "T",
      defaultValue = "256",
      description = "Positions of a window (default: ${DEFAULT-VALUE}).")
  private int positions;

  @Option(
      names = "--sample-size",
      paramLabel = "M",
      defaultValue = "19",
      description = "Draws of a position (default: ${DEFAULT-VALUE}).")
  private int sampleSize;

  @Option(
      names = "--sampling",
      paramLabel = "auto|host|device",
      defaultValue = "AUTO",
      description =
          "Where samples are drawn: on the device, or on the host, to which distributions are then"
              + " copied; auto does as the teacher service does, device on a GPU (default: auto).")
  private Sampling sampling;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "3",
      description = "Batches before those that count (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--batches",
      paramLabel = "N",
      defaultValue = "20",
      description = "Batches that count (default: ${DEFAULT-VALUE}).")
  private int batches;

  @Mixin private BenchShapeOptions shape;

  @Override
  public Integer call() throws IOException {
    TorchEngine engine = shape.start();
    TeacherBench bench =
        new TeacherBench(
            shape.config(Math.max(1, positions)),
            shape.computeType(engine),
            sequences,
            positions,
            sampleSize,
            switch (sampling) {
              case AUTO -> engine.onGpu();
              case HOST -> false;
              case DEVICE -> true;
            },
            warmup,
            batches);
    spec.commandLine().getOut().println(OutputOption.json(bench.run(engine)));
    return ExitStatus.OK.code();
  }
}
