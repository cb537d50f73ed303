package io.logitstream.console.commands;

import io.logitstream.console.bench.quality.QualityBench;
import io.logitstream.console.bench.quality.QualityPlan;
import io.logitstream.console.bench.quality.QualityPlot;
import io.logitstream.console.bench.quality.QualityReport;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares what students learn from each encoding. */
@Command(
    name = "quality",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains students of one teacher on hard labels, on TOP_K, on SAMPLED and on FULL records:"
          + " the same first weights, the same windows in the same order, all by way of payloads."
          + " Each seed is one such run; figures are means over seeds with 95 %% bootstrap"
          + " intervals, on held-out windows that are the same for all.",
      "Prints one JSON object, or the table of it with --output text.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench quality --output text --plot quality.png",
      "  logitstream bench quality --seeds 3 --steps 200 --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchQualityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = "The teacher, a Hugging Face directory (default: demo-teacher).")
  private @Nullable Path teacher;

  @Option(
      names = "--student",
      paramLabel = "DIR",
      description =
          "A Hugging Face directory with the students' shape; their weights are drawn by the seed"
              + " (default: demo-student).")
  private @Nullable Path student;

  @Option(
      names = "--traffic",
      paramLabel = "DIR",
      description = "A folder of texts or archives for each domain (default: the demo's).")
  private @Nullable Path traffic;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs of every method (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "600",
      description = "Optimizer steps of a run (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--windows-per-step",
      paramLabel = "N",
      defaultValue = "4",
      description = "Windows of up to 256 tokens in a step (default: ${DEFAULT-VALUE}).")
  private int windowsPerStep;

  @Option(
      names = "--sample-size",
      paramLabel = "M",
      defaultValue = "19",
      description = "Draws of a SAMPLED position (default: ${DEFAULT-VALUE}).")
  private int sampleSize;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "12",
      description = "Ids of a TOP_K position (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--soft-weight",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "Share of the teacher's distribution in the loss, as loss.soft-weight (default:"
              + " ${DEFAULT-VALUE}: hard labels are a method of their own).")
  private double softWeight;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--prior-windows",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Windows that the prior of coded payloads is learned from, as samples (default:"
              + " ${DEFAULT-VALUE}).")
  private int priorWindows;

  @Option(
      names = "--evaluation-windows",
      paramLabel = "N",
      defaultValue = "32",
      description = "Held-out windows of each domain (default: ${DEFAULT-VALUE}).")
  private int evaluationWindows;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Seeds at a time (default: one a core); the figures do not depend on it.")
  private @Nullable Integer parallel;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Write a picture of the figures, a PNG.")
  private @Nullable Path plot;

  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Path home = Path.of(System.getProperty("logitstream.home", "."));
    QualityPlan plan =
        new QualityPlan(
            teacher == null ? home.resolve("demo-teacher") : teacher,
            student == null ? home.resolve("demo-student") : student,
            traffic == null ? home.resolve(Path.of("console", "target", "traffic")) : traffic,
            seeds,
            steps,
            windowsPerStep,
            sampleSize,
            topK,
            softWeight,
            learningRate,
            priorWindows,
            evaluationWindows,
            parallel == null ? Runtime.getRuntime().availableProcessors() : parallel);
    PrintWriter err = spec.commandLine().getErr();
    QualityReport report =
        new QualityBench(TorchEngine.start("cpu", 1), plan)
            .run(
                seed -> {
                  err.println("seed %d is done".formatted(seed));
                  err.flush();
                });
    if (plot != null) {
      QualityPlot.write(report, plot);
    }
    spec.commandLine()
        .getOut()
        .println(output.isJson() ? OutputOption.json(report.figures()) : report.table());
    return ExitStatus.OK.code();
  }
}
