package io.logitstream.console.commands;

import io.logitstream.console.bench.teacher.TeacherQualityBench;
import io.logitstream.console.bench.teacher.TeacherQualityPlan;
import io.logitstream.console.bench.teacher.TeacherQualityReport;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.producer.source.HeldOutShare;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says whether a teacher is worth learning from. */
@Command(
    name = "teacher-quality",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Measures a teacher on text that it was not trained on, domain by domain, in bits for a byte:"
          + " beside xz -9e on the same text, and beside a 5-gram (interpolated, modified"
          + " Kneser-Ney) that was learned from the same training texts in the teacher's tokens."
          + " Both may use what the teacher cannot: xz the whole text so far.",
      "Beside that, near-duplicates: which share of the shingles of 50 words of the traffic, of the"
          + " measured text and of what is held out stands in the training too, or in another part"
          + " of the traffic; and a sample of the teacher's writing in each domain.",
      "Exit code 0 says that the teacher beats both in every domain, 3 that it does not.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench teacher-quality",
      "  logitstream bench teacher-quality --teacher my-teacher --training texts/old --traffic"
          + " texts/new --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchTeacherQualityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = "The teacher, a Hugging Face directory (default: demo-teacher).")
  private @Nullable Path teacher;

  @Option(
      names = "--training",
      paramLabel = "DIR",
      description =
          "What it was trained on: a folder of texts or archives for each domain (default: the demo"
              + " teacher's, as mvn -f demo-teacher/corpus generate-resources fetches it).")
  private @Nullable Path training;

  @Option(
      names = "--traffic",
      paramLabel = "DIR",
      description = "The same with text that is new to it (default: the demo's traffic).")
  private @Nullable Path traffic;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "25",
      description =
          "Measure on every N-th document of a domain, of the kind that it has most of (default:"
              + " ${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--held-out",
      paramLabel = "PER-MILLE",
      defaultValue = "50",
      description =
          "The share of the traffic that students are evaluated on, as held-out.share (default:"
              + " ${DEFAULT-VALUE}, the demo's).")
  private int heldOut;

  @Option(
      names = "--sample-tokens",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most tokens of a sample (default: ${DEFAULT-VALUE}).")
  private int sampleTokens;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Makes samples repeatable (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private ComputeOptions compute;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    Path home = Path.of(System.getProperty("logitstream.home", "."));
    TeacherQualityPlan plan =
        new TeacherQualityPlan(
            teacher == null ? home.resolve("demo-teacher") : teacher,
            training == null ? fetched(home) : training,
            traffic == null ? home.resolve(Path.of("console", "target", "traffic")) : traffic,
            every,
            new HeldOutShare(heldOut),
            sampleTokens,
            seed);
    PrintWriter err = spec.commandLine().getErr();
    TeacherQualityReport report =
        new TeacherQualityBench(
                plan,
                news -> {
                  err.println(news);
                  err.flush();
                })
            .run(compute.start(), compute.computeType());
    spec.commandLine()
        .getOut()
        .println(output.isJson() ? OutputOption.json(report.figures()) : report.text());
    return (report.holds() ? ExitStatus.OK : ExitStatus.REFUTED).code();
  }

  private static Path fetched(Path home) {
    Path training = home.resolve(Path.of("demo-teacher", "corpus", "target"));
    if (!Files.isDirectory(training)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is not there: fetch what the demo's teacher was trained on with 'mvn -f demo-teacher/corpus generate-resources', or name other texts with --training"
              .formatted(training));
    }
    return training;
  }
}
