package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with checkpoints. */
@Command(
    name = "checkpoints",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists, shows, exports and follows the checkpoints on the topics. A checkpoint's ID is RUN/SEQUENCE;"
          + " RUN/latest is a run's newest.",
      ""
    },
    subcommands = {
      CheckpointsListCommand.class,
      CheckpointsShowCommand.class,
      CheckpointsExportCommand.class,
      CheckpointsFollowCommand.class
    },
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints list",
      "  logitstream checkpoints export student/12 my-student",
      "  logitstream checkpoints follow --run student --exec 'echo $CHECKPOINT_ID'",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CheckpointsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "checkpoints list, checkpoints show, checkpoints export, or checkpoints follow?");
  }
}
