package io.logitstream.console.commands;

import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.scoring.TextScore;
import io.logitstream.model.scoring.TextScorer;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how likely a model finds a text. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Scores a text under a model and prints one JSON object:",
      "ids, logProbabilities of every token after the first (natural logarithms), their mean as"
          + " crossEntropy (nats a token), perplexity, and bitsPerByte over the UTF-8 bytes of the"
          + " scored tokens.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream score --model demo-teacher --text Example.java",
      "  echo 'public static void main' | logitstream score --model demo/12 --text - --dtype bf16",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE|-",
      description = "The text, in UTF-8; - for standard input.")
  private String text;

  @Mixin private ModelOptions model;
  @Mixin private ConfigurationOptions options;
  @Mixin private ComputeOptions compute;

  @Override
  public Integer call() throws IOException {
    String content = TextInput.read(text);
    LoadedModel loaded = model.load(options);
    try (Tokenizer tokenizer = loaded.tokenizer();
        Decoder decoder = loaded.decoder(compute.start(), compute.computeType())) {
      TextScore score = new TextScorer(decoder, tokenizer).score(content);
      Map<String, Object> printed = new LinkedHashMap<>();
      printed.put("ids", score.ids());
      printed.put("logProbabilities", score.logProbabilities());
      printed.put("crossEntropy", score.crossEntropy());
      printed.put("perplexity", score.perplexity());
      printed.put("bitsPerByte", score.bitsPerByte());
      spec.commandLine().getOut().println(OutputOption.json(printed));
    }
    return ExitStatus.OK.code();
  }
}
