package io.logitstream.console.commands;

import io.logitstream.console.bench.ModelShape;
import io.logitstream.console.bench.device.ComparedModel;
import io.logitstream.console.bench.device.DeviceBench;
import io.logitstream.console.bench.device.Finding;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds a device to the CPU. */
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compares a device with the CPU and with itself: logits, samples that are drawn on it, the"
          + " objectives of ten training steps; and that the same steps give the same bytes, also"
          + " after a restart from a checkpoint. Exit code 3 if something does not hold.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench device",
      "  logitstream bench device --device cuda --models /models",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchDeviceCommand implements Callable<Integer> {
  private static final String TRAINED = "L2 d64 H4 KV2 ff128 V1024";
  private static final int TRAINED_POSITIONS = 64;

  @Spec private CommandSpec spec;

  @Option(
      names = "--models",
      paramLabel = "FOLDER",
      description = "Compare the logits of every Hugging Face directory in this folder, too.")
  private @Nullable Path models;

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda",
      defaultValue = "auto",
      description = "The device (default: ${DEFAULT-VALUE}, a GPU where there is one).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of an operator; 0 for one per core (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Override
  public Integer call() throws IOException {
    DeviceBench bench =
        new DeviceBench(
            ComparedModel.random(TRAINED, ModelShape.parse(TRAINED, TRAINED_POSITIONS)),
            models == null ? List.of() : ComparedModel.below(models));
    TorchEngine cpu = TorchEngine.start("cpu", threads);
    TorchEngine compared = TorchEngine.start(device, threads);
    List<Finding> findings = bench.run(compared, cpu);
    spec.commandLine().getOut().println(OutputOption.json(DeviceBench.figures(compared, findings)));
    boolean holds = findings.stream().allMatch(Finding::holds);
    return (holds ? ExitStatus.OK : ExitStatus.REFUTED).code();
  }
}
