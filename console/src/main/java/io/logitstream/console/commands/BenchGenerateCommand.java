package io.logitstream.console.commands;

import io.logitstream.console.bench.GenerateBench;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times the writing of text. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times what 'complete' does, one sequence at a time: tokenMsMedian and tokensPerSecond of the"
          + " tokens that are written, promptTokensPerSecond of those that are read.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench generate",
      "  logitstream bench generate --model demo-teacher --prompt-tokens 64",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchGenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Tokens of a prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      defaultValue = "64",
      description = "Tokens that are written after it (default: ${DEFAULT-VALUE}).")
  private int newTokens;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Texts that are timed (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Mixin private BenchShapeOptions shape;

  @Override
  public Integer call() throws IOException {
    TorchEngine engine = shape.start();
    GenerateBench bench =
        new GenerateBench(
            shape.config(Math.max(1, promptTokens + newTokens)),
            shape.computeType(engine),
            promptTokens,
            newTokens,
            rounds);
    spec.commandLine().getOut().println(OutputOption.json(bench.run(engine)));
    return ExitStatus.OK.code();
  }
}
