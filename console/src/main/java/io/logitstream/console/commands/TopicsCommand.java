package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with a pipeline's topics. */
@Command(
    name = "topics",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Creates and verifies the topics of a pipeline.", ""},
    subcommands = {TopicsCreateCommand.class, TopicsVerifyCommand.class},
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream topics create --set topics.partitions=8 --set topics.replication-factor=3",
      "  logitstream topics verify --bootstrap-servers broker:9092",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TopicsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "topics create, or topics verify?");
  }
}
