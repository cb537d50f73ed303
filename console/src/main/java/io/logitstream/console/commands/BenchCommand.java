package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures parts of the product on this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Measures a part of the product on this machine, and prints one JSON object: figures, the"
          + " shape and settings they hold for, and what they were measured on.",
      "Machines are shared and differ: compare figures of one machine, taken in turns.",
      ""
    },
    subcommands = {
      BenchStepCommand.class,
      BenchLoopCommand.class,
      BenchTeacherCommand.class,
      BenchTeacherQualityCommand.class,
      BenchGenerateCommand.class,
      BenchDeviceCommand.class,
      BenchCheckpointsCommand.class,
      BenchCodecCommand.class,
      BenchQualityCommand.class
    },
    commandListHeading = "%nBenchmarks:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench step --dtype f32",
      "  logitstream bench loop",
      "  logitstream bench generate --model demo-teacher",
      "  logitstream bench device",
      "  logitstream bench checkpoints",
      "  logitstream bench codec --embedded",
      "  logitstream bench teacher-quality",
      "  logitstream bench quality --output text",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which benchmark? None was given.");
  }
}
