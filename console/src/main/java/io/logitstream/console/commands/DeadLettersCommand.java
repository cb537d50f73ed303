package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with dead letters. */
@Command(
    name = "deadletters",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists and shows the records that services condemned, and puts them back.",
      "A topic's dead letters are kept for 30 days in TOPIC.dlq, with Kafka Connect's headers. A"
          + " letter is named by the topic and its offset there.",
      ""
    },
    subcommands = {
      DeadLettersListCommand.class,
      DeadLettersShowCommand.class,
      DeadLettersRetryCommand.class
    },
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream deadletters list",
      "  logitstream deadletters show prompts 17",
      "  logitstream deadletters retry prompts --code too-long",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "deadletters list, deadletters show, or deadletters retry?");
  }
}
