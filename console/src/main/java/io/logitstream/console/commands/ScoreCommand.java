package io.logitstream.console.commands;

import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.scoring.TextComparer;
import io.logitstream.model.scoring.TextComparison;
import io.logitstream.model.scoring.TextScore;
import io.logitstream.model.scoring.TextScorer;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "With --teacher, beside them: kl of the teacher to the model (nats a token), top1Agreement,"
          + " and acceptance, the chance that speculative decoding would take the model's token;"
          + " both must have the same tokenizer, of whatever family they are.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream score --model demo-teacher --text Example.java",
      "  echo 'public static void main' | logitstream score --model demo/12 --text - --dtype bf16",
      "  logitstream score --model demo/latest --averages --teacher demo-teacher --text"
          + " Example.java",
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

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = "A Hugging Face directory to compare the model's distributions with.")
  private @Nullable Path teacher;

  @Mixin private ModelOptions model;
  @Mixin private ConfigurationOptions options;
  @Mixin private ComputeOptions compute;

  @Override
  public Integer call() throws IOException {
    String content = TextInput.read(text);
    LoadedModel loaded = model.load(options);
    TorchEngine engine = compute.start();
    try (Tokenizer tokenizer = loaded.tokenizer();
        Decoder decoder = loaded.decoder(engine, compute.computeType())) {
      TextScore score = new TextScorer(decoder, tokenizer).score(content);
      Map<String, Object> printed = new LinkedHashMap<>();
      printed.put("ids", score.ids());
      printed.put("logProbabilities", score.logProbabilities());
      printed.put("crossEntropy", score.crossEntropy());
      printed.put("perplexity", score.perplexity());
      printed.put("bitsPerByte", score.bitsPerByte());
      if (teacher != null) {
        compare(engine, loaded, decoder, score.ids(), ModelOptions.fromDirectory(teacher), printed);
      }
      spec.commandLine().getOut().println(OutputOption.json(printed));
    }
    return ExitStatus.OK.code();
  }

  private void compare(
      TorchEngine engine,
      LoadedModel loaded,
      Decoder student,
      List<Integer> ids,
      LoadedModel other,
      Map<String, Object> printed) {
    if (!Arrays.equals(loaded.tokenizerJson(), other.tokenizerJson())) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "the tokenizer.json of %s is not that of the model: their distributions are over different tokens"
              .formatted(teacher));
    }
    try (Decoder decoder = other.decoder(engine, compute.computeType())) {
      TextComparison comparison = new TextComparer(student, decoder).compare(ids);
      printed.put("kl", comparison.kl());
      printed.put("top1Agreement", comparison.top1Agreement());
      printed.put("acceptance", comparison.acceptance());
      printed.put("teacherCrossEntropy", comparison.teacherCrossEntropy());
    }
  }
}
