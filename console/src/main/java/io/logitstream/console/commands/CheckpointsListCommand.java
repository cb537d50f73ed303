package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists checkpoints. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {"Lists the checkpoints of all runs, or of one, oldest first.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints list",
      "  logitstream checkpoints list student --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CheckpointsListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "Only this run.")
  private @Nullable String run;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    List<CheckpointManifest> manifests;
    try (CheckpointReader reader = CheckpointModels.open(options.loadToAsk())) {
      manifests = run == null ? reader.list() : reader.list(run);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(manifests.stream().map(CheckpointsListCommand::summary).toList()));
    } else if (manifests.isEmpty()) {
      out.println("no checkpoints" + (run == null ? "" : " of run " + run));
    } else {
      out.printf("%-20s %10s %14s  %-20s %s%n", "ID", "STEP", "TOKENS", "COMMITTED", "HELD OUT");
      manifests.forEach(manifest -> print(out, manifest));
    }
    return ExitStatus.OK.code();
  }

  private static void print(PrintWriter out, CheckpointManifest manifest) {
    String evaluation =
        new TreeMap<>(manifest.getEvaluation())
            .entrySet().stream()
                .map(
                    entry ->
                        "%s: acceptance %s, KL %s"
                            .formatted(
                                entry.getKey(),
                                HeldOutText.acceptance(entry.getValue(), 3),
                                HeldOutText.forwardKl(entry.getValue(), 3)))
                .collect(Collectors.joining("; "));
    out.printf(
        Locale.ROOT,
        "%-20s %,10d %,14d  %-20s %s%s%n",
        CheckpointId.of(manifest),
        manifest.getStep(),
        manifest.getTrainedTokens(),
        manifest.getCreatedAt().truncatedTo(ChronoUnit.SECONDS),
        evaluation,
        manifest.getExpired() ? " (expired)" : "");
  }

  private static Map<String, Object> summary(CheckpointManifest manifest) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("id", CheckpointId.of(manifest).toString());
    summary.put("run", manifest.getRun());
    summary.put("sequence", manifest.getSequence());
    summary.put("step", manifest.getStep());
    summary.put("trainedTokens", manifest.getTrainedTokens());
    summary.put("createdAt", manifest.getCreatedAt().toString());
    summary.put("verdict", manifest.getVerdict().name());
    summary.put("expired", manifest.getExpired());
    summary.put("weightsSha256", LearnedWeights.of(manifest).map(Artifact::getSha256).orElse(""));
    Map<String, Object> evaluation = new TreeMap<>();
    manifest.getEvaluation().forEach((domain, metrics) -> evaluation.put(domain, map(metrics)));
    summary.put("evaluation", evaluation);
    return summary;
  }

  private static Map<String, Object> map(EvaluationMetrics metrics) {
    return Map.of(
        "acceptance", metrics.getAcceptance(),
        "forwardKl", metrics.getForwardKl(),
        "crossEntropy", metrics.getCrossEntropy(),
        "top1Agreement", metrics.getTop1Agreement(),
        "tokens", metrics.getTokens(),
        "boundedTokens", metrics.getBoundedTokens());
  }
}
