package io.logitstream.console.commands;

import io.logitstream.console.logits.LogitLog;
import io.logitstream.console.logits.Transcoder;
import io.logitstream.console.logits.Transcoding;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.LogitsEncoding;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a topic in another encoding. */
@Command(
    name = "transcode",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes the records of a topic to a new one in another encoding. Keys, partitions, order and"
          + " what is told about each record stay; the attribute logitstream.transcoded-from says"
          + " what it was made of.",
      "Of FULL records all others can be made, and LABELS of all. Otherwise the encoding stays, and"
          + " what changes is how it is packed: what a sample or the top k left out is nowhere.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream logits transcode evaluation-logits my-top-12 --encoding top-k --top-k 12",
      "  logitstream logits transcode full-logits my-samples --encoding sampled --sample-size 32",
      "  logitstream logits transcode teacher-logits my-plain --encoding sampled --coding plain",
      "  logitstream logits transcode evaluation-logits my-archive --encoding full",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class LogitsTranscodeCommand implements Callable<Integer> {
  /** What can be written. */
  enum Encoding {
    LABELS,
    SAMPLED,
    TOP_K,
    FULL
  }

  /** How it is packed. */
  enum Coding {
    PLAIN,
    CODED
  }

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FROM",
      description = "teacher-logits, evaluation-logits, or any topic's whole name.")
  private String from;

  @Parameters(index = "1", paramLabel = "TO", description = "Whole name of the new topic.")
  private String to;

  @Option(
      names = "--encoding",
      required = true,
      paramLabel = "labels|sampled|top-k|full",
      description = "What the new records hold.")
  private String encoding;

  @Option(
      names = "--sample-size",
      paramLabel = "M",
      description = "Draws of a sampled position; needed where FULL records are sampled.")
  private @Nullable Integer sampleSize;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Ids of a top-k position; needed where it is made of FULL records.")
  private @Nullable Integer topK;

  @Option(
      names = "--coding",
      paramLabel = "plain|coded",
      defaultValue = "coded",
      description =
          "How sampled and top-k records are packed; coded learns a prior from the records that"
              + " are not held out, and packs plainly where all are. Coded full records are"
              + " quantised: logits are at most 1/64 nat off (default: coded).")
  private Coding coding;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    Encoding wanted = wanted();
    if (sampleSize != null && wanted != Encoding.SAMPLED) {
      throw new ParameterException(spec.commandLine(), "--sample-size is for --encoding sampled");
    }
    if (topK != null && wanted != Encoding.TOP_K) {
      throw new ParameterException(spec.commandLine(), "--top-k is for --encoding top-k");
    }
    Integer size = wanted == Encoding.TOP_K ? topK : sampleSize;
    if (size != null && size < 1) {
      throw new ParameterException(spec.commandLine(), "%d, expected at least 1".formatted(size));
    }
    var configuration = options.loadToAsk(Map.of(), TopicSettings.SETTINGS);
    KafkaClients clients = new KafkaClients(KafkaSettings.from(configuration), "logits");
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      Transcoder.Outcome outcome =
          new Transcoder(
                  clients,
                  new LogitLog(clients, from),
                  to,
                  new Transcoding(LogitsEncoding.valueOf(wanted.name()), Optional.ofNullable(size)),
                  codecs)
              .run(coding == Coding.CODED, TopicSettings.from(configuration).replicationFactor());
      print(outcome);
    }
    return ExitStatus.OK.code();
  }

  private Encoding wanted() {
    try {
      return Encoding.valueOf(encoding.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--encoding is '%s', expected labels, sampled, top-k or full".formatted(encoding),
          e);
    }
  }

  private void print(Transcoder.Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("records", outcome.records());
      told.put("valueBytesBefore", outcome.bytesBefore());
      told.put("valueBytesAfter", outcome.bytesAfter());
      out.println(OutputOption.json(told));
    } else {
      out.printf(
          Locale.ROOT,
          "%,d records on %s: %,d bytes of values were %,d%n",
          outcome.records(),
          to,
          outcome.bytesAfter(),
          outcome.bytesBefore());
    }
  }
}
