package io.logitstream.console.commands;

import io.logitstream.platform.deadletter.DeadLetter;
import io.logitstream.platform.deadletter.DeadLetterLog;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.topics.Topic;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

/** Lists dead letters. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Lists the dead letters of all topics, or of one, oldest first.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream deadletters list",
      "  logitstream deadletters list prompts --code malformed-prompt --limit 10",
      "  logitstream deadletters list --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class DeadLettersListCommand implements Callable<Integer> {
  private static final int MESSAGE_WIDTH = 100;
  private static final int MAX_LIMIT = 100_000;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "TOPIC",
      converter = DeadLetterTopics.class,
      description = "prompts, teacher-logits or evaluation-logits; all of them by default.")
  private @Nullable Topic topic;

  @Option(names = "--code", paramLabel = "CODE", description = "Only letters of this reason.")
  private @Nullable String code;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "The newest of each topic that are shown (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--retried", description = "Show those too whose records were put back.")
  private boolean retried;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(), "--limit is %d, expected 1 to %d".formatted(limit, MAX_LIMIT));
    }
    KafkaClients clients = new KafkaClients(KafkaSettings.from(options.loadToAsk()), "deadletters");
    List<DeadLetter> letters = new ArrayList<>();
    for (Topic listed : topic == null ? DeadLetterTopics.ALL : List.of(topic)) {
      letters.addAll(
          new DeadLetterLog(clients, listed)
              .list(letter -> code == null || code.equals(letter.code()), limit, retried));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(letters.stream().map(DeadLettersListCommand::summary).toList()));
    } else if (letters.isEmpty()) {
      out.println("no dead letters");
    } else {
      out.printf(
          "%-32s %-8s %-20s %-20s %12s  %s%n",
          "RECORD", "LETTER", "CONDEMNED", "CODE", "BYTES", "WHY");
      letters.forEach(letter -> print(out, letter));
    }
    return ExitStatus.OK.code();
  }

  private static void print(PrintWriter out, DeadLetter letter) {
    String line = letter.message().lines().findFirst().orElse("");
    out.printf(
        Locale.ROOT,
        "%-32s %-8d %-20s %-20s %,12d  %s%s%n",
        letter.place(),
        letter.letterOffset(),
        letter.condemnedAt().truncatedTo(ChronoUnit.SECONDS),
        letter.code(),
        letter.valueBytes(),
        line.length() <= MESSAGE_WIDTH ? line : line.substring(0, MESSAGE_WIDTH) + "…",
        letter.cut() ? " (cut)" : "");
  }

  static Map<String, Object> summary(DeadLetter letter) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("letter", letter.letterOffset());
    summary.put("topic", letter.topic());
    summary.put("partition", letter.partition());
    summary.put("offset", letter.offset());
    summary.put("condemnedAt", letter.condemnedAt().toString());
    summary.put("code", letter.code());
    summary.put("message", letter.message());
    summary.put("service", letter.service());
    letter.exception().ifPresent(exception -> summary.put("exception", exception));
    letter.key().ifPresent(key -> summary.put("key", key));
    summary.put("valueBytes", letter.valueBytes());
    summary.put("cut", letter.cut());
    return summary;
  }
}
