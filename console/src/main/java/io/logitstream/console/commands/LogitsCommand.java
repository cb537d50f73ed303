package io.logitstream.console.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with logs of teacher logits. */
@Command(
    name = "logits",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Looks into topics of teacher logits, and writes them in other encodings.",
      "A TOPIC is teacher-logits or evaluation-logits of the pipeline, or any topic's whole name.",
      ""
    },
    subcommands = {
      LogitsInspectCommand.class,
      LogitsStatsCommand.class,
      LogitsTranscodeCommand.class
    },
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream logits inspect teacher-logits --tokenizer demo-teacher",
      "  logitstream logits stats teacher-logits --against evaluation-logits",
      "  logitstream logits transcode evaluation-logits my-top-12 --encoding top-k --top-k 12",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class LogitsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "logits inspect, logits stats, or logits transcode?");
  }
}
