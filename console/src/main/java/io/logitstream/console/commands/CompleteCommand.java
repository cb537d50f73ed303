package io.logitstream.console.commands;

import io.logitstream.console.models.ContinuedText;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.generation.Generator;
import io.logitstream.model.generation.SamplingSettings;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a text on. */
@Command(
    name = "complete",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Writes a text on with a model, token by token as they come.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream complete --model demo-teacher 'public static void '",
      "  logitstream complete --checkpoint demo/12 --temperature 0 --max-tokens 40 - < start.txt",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CompleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "TEXT|-",
      description = "The beginning of the text; - for standard input.")
  private String prompt;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most tokens to write (default: ${DEFAULT-VALUE}).")
  private int tokensMax;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.8",
      description = "0 takes the likeliest token every time (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "0.95",
      description =
          "Draw only from the likeliest tokens whose probabilities add up to this (default:"
              + " ${DEFAULT-VALUE}).")
  private double topP;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "0",
      description = "Makes the choice repeatable (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private ModelOptions model;
  @Mixin private ConfigurationOptions options;
  @Mixin private ComputeOptions compute;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    SamplingSettings sampling = new SamplingSettings(temperature, topP, seed);
    String text = prompt.equals("-") ? TextInput.read(prompt) : prompt;
    LoadedModel loaded = model.load(options);
    try (Tokenizer tokenizer = loaded.tokenizer();
        Decoder decoder = loaded.decoder(compute.start(), compute.computeType())) {
      int[] ids = withBeginning(tokenizer, tokenizer.encode(text));
      if (ids.length == 0) {
        throw new IllegalArgumentException(
            "the text is empty, and this model has no beginning-of-text token to start from");
      }
      ContinuedText continued = new ContinuedText(tokenizer, ids[ids.length - 1]);
      PrintWriter out = spec.commandLine().getOut();
      if (!output.isJson()) {
        print(out, text);
      }
      int[] written =
          new Generator(decoder)
              .generate(
                  ids,
                  tokensMax,
                  sampling,
                  token -> {
                    String more = continued.append(token);
                    if (!output.isJson()) {
                      print(out, more);
                    }
                    return true;
                  });
      if (output.isJson()) {
        Map<String, Object> printed = new LinkedHashMap<>();
        printed.put("prompt", text);
        printed.put("completion", continued.all());
        printed.put("ids", Arrays.stream(written).boxed().toList());
        out.println(OutputOption.json(printed));
      } else {
        out.println(continued.rest());
      }
    }
    return ExitStatus.OK.code();
  }

  private static void print(PrintWriter out, String text) {
    out.print(text);
    out.flush();
  }

  private static int[] withBeginning(Tokenizer tokenizer, int[] ids) {
    return tokenizer.bos().isPresent()
        ? IntStream.concat(IntStream.of(tokenizer.bos().getAsInt()), Arrays.stream(ids)).toArray()
        : ids;
  }
}
