package io.logitstream.console.commands;

import io.logitstream.console.logits.LogitLog;
import io.logitstream.console.logits.LogitStats;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.priors.PriorCodecs;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what the parts of records take. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Says how many bytes a token the records of a topic take, by encoding and part: headers (key"
          + " and all of the value but its payload), tokens, ids, counts (or levels, or logits),"
          + " and the payload's framing.",
      "With --against, how close they are to FULL records of the same windows: the squared error"
          + " of the gradient, which is its variance where the estimate has no bias (SAMPLED); and"
          + " of TOP_K the mass left out, and the KL over its k + 1 outcomes that is left by"
          + " quantising.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream logits stats teacher-logits",
      "  logitstream logits stats teacher-logits --records 1000 --output json",
      "  logitstream logits stats my-top-12 --against evaluation-logits",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class LogitsStatsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "teacher-logits, evaluation-logits, or any topic's whole name.")
  private String topic;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "10000",
      description = "The most records that are read (default: ${DEFAULT-VALUE}).")
  private long records;

  @Option(
      names = "--against",
      paramLabel = "TOPIC",
      description = "Compare with the FULL records of this topic that have the same keys.")
  private @Nullable String against;

  @Option(
      names = "--full-records",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "The most records of --against; they are held in memory (default: ${DEFAULT-VALUE}).")
  private long fullRecords;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    if (records < 1 || fullRecords < 1) {
      throw new ParameterException(
          spec.commandLine(), "--records and --full-records are at least 1");
    }
    KafkaClients clients = new KafkaClients(KafkaSettings.from(options.loadToAsk()), "logits");
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      LogitStats stats = new LogitStats(codecs);
      if (against != null) {
        stats.compareWith(new LogitLog(clients, against), fullRecords);
      }
      stats.measure(new LogitLog(clients, topic), records);
      Map<String, Object> figures = stats.figures();
      PrintWriter out = spec.commandLine().getOut();
      if (output.isJson()) {
        out.println(OutputOption.json(figures));
      } else if (figures.isEmpty()) {
        out.println("no records");
      } else {
        figures.forEach((kind, of) -> print(out, kind, of));
      }
    }
    return ExitStatus.OK.code();
  }

  private static void print(PrintWriter out, String name, Object figures) {
    if (figures instanceof Map<?, ?> nested) {
      out.println(name);
      nested.forEach((key, value) -> print(out, "  ", String.valueOf(key), value));
    }
  }

  private static void print(PrintWriter out, String indent, String name, Object value) {
    if (value instanceof Map<?, ?> nested) {
      out.println(indent + name);
      nested.forEach((key, inner) -> print(out, indent + "  ", String.valueOf(key), inner));
    } else if (value instanceof Double number) {
      String format = number >= 0.1 || number == 0 ? "%s%-20s %,.2f%n" : "%s%-20s %.2e%n";
      out.printf(Locale.ROOT, format, indent, name, number);
    } else {
      out.printf(Locale.ROOT, "%s%-20s %s%n", indent, name, value);
    }
  }
}
