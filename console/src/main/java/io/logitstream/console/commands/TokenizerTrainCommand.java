package io.logitstream.console.commands;

import io.logitstream.model.tokenizer.training.BytePairTrainer;
import io.logitstream.model.tokenizer.training.BytePairVocabulary;
import io.logitstream.model.tokenizer.training.TextSplit;
import io.logitstream.model.tokenizer.training.TokenizerFiles;
import io.logitstream.model.tokenizer.training.WordCounts;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.source.SkipReason;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.producer.source.SourceTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Learns a tokenizer from texts. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Learns a byte-level BPE tokenizer from the texts of files, folders, JARs and ZIPs, and"
          + " writes tokenizer.json and tokenizer_config.json: the files that the Hugging Face"
          + " library writes for the same words.",
      "Texts are read as 'produce' reads them (--set source.extensions=…,"
          + " source.strip-licences=…).",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream tokenizer train my-model libraries/java libraries/scala --split code",
      "  logitstream tokenizer train my-model ~/notes --vocabulary 16384 --begin '' --end '</s>'",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TokenizerTrainCommand implements Callable<Integer> {
  private static final int VOCABULARY_MAX = 1 << 20;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "Where to write; made if missing.")
  private Path directory;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH", description = "What is read.")
  private List<String> paths;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "4096",
      description =
          "Number of tokens, special ones and 256 bytes included (default: ${DEFAULT-VALUE}).")
  private int vocabularySize;

  @Option(
      names = "--split",
      paramLabel = "gpt2|code|PATTERN",
      defaultValue = "gpt2",
      description =
          "Which words tokens stay within: GPT-2's pattern, one for source code, or your own"
              + " (default: ${DEFAULT-VALUE}).")
  private String split;

  @Option(
      names = "--begin",
      paramLabel = "TOKEN",
      defaultValue = "<|begin|>",
      description = "The token that begins a text; '' for none (default: ${DEFAULT-VALUE}).")
  private String begin;

  @Option(
      names = "--end",
      paramLabel = "TOKEN",
      defaultValue = "<|end|>",
      description = "The token that ends a document; '' for none (default: ${DEFAULT-VALUE}).")
  private String end;

  @Option(
      names = "--special",
      paramLabel = "TOKEN",
      description = "A further special token; may be given several times.")
  private @Nullable List<String> special;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Longest sequence that tokenizer_config.json names (default: ${DEFAULT-VALUE}).")
  private int lengthMax;

  @Option(names = "--force", description = "Write over a tokenizer that is there.")
  private boolean force;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    if (vocabularySize > VOCABULARY_MAX || lengthMax < 1) {
      throw new IllegalArgumentException(
          "a vocabulary of %d and sequences of %d tokens, expected at most %d and at least 1"
              .formatted(vocabularySize, lengthMax, VOCABULARY_MAX));
    }
    requireRoom();
    List<String> specialTokens = specialTokens();
    TextSplit words = TextSplit.parse(split);
    WordCounts counts = new WordCounts(words);
    long documents = SourceTexts.forEach(source(), this::tellSkipped, counts::add);
    BytePairVocabulary vocabulary = BytePairTrainer.train(counts, specialTokens, vocabularySize);
    Files.createDirectories(directory);
    Files.write(
        directory.resolve("tokenizer.json"), TokenizerFiles.tokenizerJson(vocabulary, words));
    Files.write(
        directory.resolve("tokenizer_config.json"),
        TokenizerFiles.tokenizerConfigJson(
            begin.isEmpty() ? null : begin, end.isEmpty() ? null : end, lengthMax));
    print(documents, counts.bytes(), vocabulary);
    return ExitStatus.OK.code();
  }

  private SourceSettings source() {
    Configuration configuration =
        options.load(
            new Shortcuts()
                .put("source.paths", String.join(",", paths))
                .put("source.name", "tokenizer")
                .values(),
            ProducerSettings.SETTINGS);
    return ProducerSettings.from(configuration).source();
  }

  private void tellSkipped(String document, SkipReason reason, String found) {
    spec.commandLine().getErr().printf("passed over %s: it %s%n", document, found);
  }

  private List<String> specialTokens() {
    List<String> tokens = new ArrayList<>();
    for (String token : new String[] {begin, end}) {
      if (!token.isEmpty()) {
        tokens.add(token);
      }
    }
    if (special != null) {
      tokens.addAll(special);
    }
    if (tokens.stream().distinct().count() < tokens.size()
        || tokens.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "the special tokens are %s, expected each once and none empty".formatted(tokens));
    }
    return tokens;
  }

  private void requireRoom() {
    Path file = directory.resolve("tokenizer.json");
    if (!force && Files.exists(file)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is there already: name another folder, or use --force".formatted(file));
    }
  }

  private void print(long documents, long bytes, BytePairVocabulary vocabulary) {
    Map<String, Object> printed = new LinkedHashMap<>();
    printed.put("directory", directory.toAbsolutePath().normalize().toString());
    printed.put("documents", documents);
    printed.put("bytes", bytes);
    printed.put("tokens", vocabulary.tokens().size());
    printed.put("merges", vocabulary.merges().size());
    spec.commandLine()
        .getOut()
        .println(
            output.isJson()
                ? OutputOption.json(printed)
                : "%,d tokens learned from %,d documents (%,d bytes) are in %s"
                    .formatted(
                        vocabulary.tokens().size(), documents, bytes, printed.get("directory")));
  }
}
