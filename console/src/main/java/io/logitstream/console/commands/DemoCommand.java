package io.logitstream.console.commands;

import io.logitstream.console.demo.Demo;
import io.logitstream.console.demo.DemoDefaults;
import io.logitstream.console.demo.DemoRequest;
import io.logitstream.embedded.BrokerHalt;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a whole pipeline in this process. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "A student learns from a teacher over a real Kafka broker, all in this process.",
      "Source code flows as prompts to a teacher, its logits to a topic, and from there into a"
          + " student that starts from nothing. It ends by itself after five minutes, or at"
          + " Ctrl-C, with a last checkpoint, a plot of the curves, and the student as a Hugging"
          + " Face directory.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream demo",
      "  logitstream demo --duration 3m --plain --report report.json",
      "  logitstream demo --data my-demo             (once more: goes on where it stopped)",
      "  logitstream demo --teacher DIR --student DIR --traffic python=~/src",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class DemoCommand implements Callable<Integer> {
  private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Spec private CommandSpec spec;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationConverter.class,
      description = "How long it runs: 90s, 5m, 1h (default: ${DEFAULT-VALUE}).")
  private Duration duration;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "End after this training step, if the time has not ended it before; 0 for no such step.")
  private @Nullable Long steps;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where records, checkpoints and the log are kept. A folder of an earlier demo is gone on"
              + " with (default: a new one under .logitstream).")
  private @Nullable Path data;

  @Option(
      names = "--plain",
      description = "Print lines instead of the live view; so it is without a terminal.")
  private boolean plain;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the figures as one JSON object.")
  private @Nullable Path report;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = "The teacher, a Hugging Face directory (default: demo-teacher).")
  private @Nullable Path teacher;

  @Option(
      names = "--student",
      paramLabel = "DIR",
      description =
          "The student, a Hugging Face directory; from scratch where it has no weights (default:"
              + " demo-student).")
  private @Nullable Path student;

  @Option(
      names = "--traffic",
      paramLabel = "DOMAIN=DIR",
      arity = "1..*",
      description =
          "Folders, JARs or ZIPs of text (default: source code of Java and Scala libraries).")
  private @Nullable List<String> traffic;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() throws Exception {
    Path home = Path.of(System.getProperty("logitstream.home", "."));
    DemoRequest request =
        new DemoRequest(
            duration,
            data == null ? newFolder() : data.toAbsolutePath().normalize(),
            plain || !Boolean.getBoolean("logitstream.terminal"),
            Optional.ofNullable(report),
            teacher == null ? home.resolve("demo-teacher") : teacher,
            student == null ? home.resolve("demo-student") : student,
            traffic == null ? standardTraffic(home) : traffic);
    PrintWriter err = spec.commandLine().getErr();
    BrokerHalt.tell(
        request.data().resolve("kafka"),
        words -> {
          err.println();
          err.println("logitstream: " + words);
          err.flush();
        });
    return Demo.run(
        request,
        addresses ->
            options.load(
                DemoDefaults.of(request),
                new Shortcuts().put("train.max-steps", steps).values(),
                addresses,
                AllSettings.known()),
        spec.commandLine().getOut());
  }

  private static Path newFolder() {
    return Path.of(
            ".logitstream", "demo-" + LocalDateTime.now(ZoneId.systemDefault()).format(FOLDER))
        .toAbsolutePath()
        .normalize();
  }

  private static List<String> standardTraffic(Path home) {
    Path folder = home.resolve(Path.of("console", "target", "traffic")).toAbsolutePath();
    List<String> domains = List.of("java", "scala");
    for (String domain : domains) {
      if (!Files.isDirectory(folder.resolve(domain))) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            ("there is no traffic in %s: the build puts it there ('mvn -Dquick -pl console -am"
                    + " package'); or name your own with --traffic")
                .formatted(folder.resolve(domain)));
      }
    }
    return domains.stream().map(domain -> domain + "=" + folder.resolve(domain)).toList();
  }
}
