package io.logitstream.console.commands;

import io.logitstream.console.bench.codec.CodecReport;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the logit log's codec. */
@Command(
    name = "codec",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Measures the logit log's codec and prints one JSON object: bytes a token in every encoding,"
          + " gradient variance, tokens a second on one core, and the published references, on"
          + " the demo's teacher and on a synthetic one over 131,072 ids.",
      "Everything is measured on records that are read back from topics. Exit code 0 says that all"
          + " promises hold: coded records take at most a third of the bytes of 50 independent"
          + " draws in fixed width at no more gradient variance, at most 9 bytes a token on the"
          + " synthetic teacher, and are coded 40 times as fast as a student of 9M parameters"
          + " trains. Exit code 3 says that one does not; \"promises\" tells which.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench codec --embedded            with a broker in this process",
      "  logitstream bench codec --publish             writes the records to the settings' Kafka"
          + " first",
      "  logitstream bench codec                       measures what was published there",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchCodecCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--publish",
      description = "Write the records to topics first; bench-codec-* must not be there yet.")
  private boolean publish;

  @Option(
      names = "--embedded",
      description = "Publish to a broker in this process, in a temporary folder.")
  private boolean embedded;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = "The demo's teacher (default: demo-teacher).")
  private @Nullable Path teacher;

  @Option(
      names = "--traffic",
      paramLabel = "DIR",
      description = "Folder with archives of source files (default: the demo's).")
  private @Nullable Path traffic;

  @Option(
      names = "--windows",
      paramLabel = "N,N,N,N",
      split = ",",
      arity = "1",
      defaultValue = "768,120,200,8",
      description =
          "Windows of the demo's teacher (256 tokens) that its prior is learned from and that are"
              + " measured, then those of the synthetic one (2,048 tokens; default:"
              + " ${DEFAULT-VALUE}). Fewer are faster, and code worse.")
  private List<Integer> windows;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() throws IOException {
    if (windows.size() != 4
        || windows.stream().anyMatch(count -> count < 4)
        || windows.get(1) < CodecReport.LEAST_DEMO_WINDOWS) {
      throw new ParameterException(
          spec.commandLine(),
          "--windows is %s, expected four numbers of at least 4, the second at least %d"
              .formatted(windows, CodecReport.LEAST_DEMO_WINDOWS));
    }
    CodecReport report = embedded ? runEmbedded() : run(Map.of(), publish);
    spec.commandLine().getOut().println(OutputOption.json(report.figures()));
    return (report.holds() ? ExitStatus.OK : ExitStatus.REFUTED).code();
  }

  private CodecReport runEmbedded() throws IOException {
    try (BenchKafka kafka = BenchKafka.start()) {
      return run(kafka.addresses(), true);
    }
  }

  private CodecReport run(Map<String, String> addresses, boolean publishes) throws IOException {
    var configuration = options.load(Map.of(), Map.of(), addresses, TopicSettings.SETTINGS);
    Path home = Path.of(System.getProperty("logitstream.home", "."));
    return CodecReport.run(
        new KafkaClients(KafkaSettings.from(configuration), "bench"),
        new CodecReport.Plan(
            teacher == null ? home.resolve("demo-teacher") : teacher,
            traffic == null ? home.resolve(Path.of("console", "target", "traffic")) : traffic,
            windows.get(0),
            windows.get(1),
            windows.get(2),
            windows.get(3),
            publishes,
            TopicSettings.from(configuration).replicationFactor()));
  }
}
