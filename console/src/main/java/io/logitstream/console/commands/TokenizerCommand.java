package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is done with tokenizers. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Makes tokenizers.", ""},
    subcommands = {TokenizerTrainCommand.class},
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {"  logitstream tokenizer train my-model libraries/java --split code"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TokenizerCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? None was given.");
  }
}
