package io.logitstream.console.demo;

import static io.logitstream.console.demo.Figures.clock;
import static io.logitstream.console.demo.Figures.count;
import static io.logitstream.console.demo.Figures.decimal;
import static io.logitstream.console.demo.Figures.percent;
import static io.logitstream.console.demo.Figures.rate;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what came of a demo, and leaves the plot, the report and the student behind. */
final class DemoSummary {
  private static final Logger LOGGER = LoggerFactory.getLogger(DemoSummary.class);

  private final DemoRequest request;
  private final DemoPipeline pipeline;
  private final Snapshot snapshot;

  DemoSummary(DemoRequest request, DemoPipeline pipeline, Snapshot snapshot) {
    this.request = request;
    this.pipeline = pipeline;
    this.snapshot = snapshot;
  }

  /** Writes everything, and tells of it line by line. */
  void conclude(Consumer<String> say) throws IOException {
    say.accept("In %s:".formatted(clock(snapshot.seconds())));
    say.accept(
        "  the teacher scored %s windows of %s prompts: %s bytes a token on the topic"
            .formatted(
                count(snapshot.training().records() + snapshot.evaluation().records()),
                count(snapshot.prompts()),
                rate(snapshot.training().bytesPerToken())));
    say.accept(
        "  the student took %s steps over %s tokens (%s tokens/s, waited %s of the time)"
            .formatted(
                count(snapshot.steps()),
                count(snapshot.trainedTokens()),
                rate(snapshot.tokensPerSecond()),
                percent(snapshot.waitShare())));
    new TreeMap<>(snapshot.domains())
        .forEach(
            (domain, curves) ->
                say.accept(
                    "  held-out %-8s acceptance %s ─► %s   KL %s ─► %s"
                        .formatted(
                            domain,
                            decimal(curves.acceptance().first()),
                            decimal(curves.acceptance().last()),
                            decimal(curves.forwardKl().first()),
                            decimal(curves.forwardKl().last()))));
    if (snapshot.deadLetters() > 0) {
      say.accept("  dead letters: " + count(snapshot.deadLetters()));
    }
    if (!snapshot.domains().isEmpty()) {
      plot(say);
    }
    report(say);
    student(say);
  }

  private void plot(Consumer<String> say) {
    Path file = request.data().resolve("curves.png");
    try {
      CurvesPlot.write(snapshot, file);
      say.accept("Curves      " + file);
    } catch (IOException | RuntimeException | LinkageError e) {
      // Drawing needs fonts, which a bare system may lack; the figures are in the report.
      LOGGER.warn("no plot", e);
      say.accept("Curves      not drawn: " + e.getMessage());
    }
  }

  private void report(Consumer<String> say) throws IOException {
    DemoReport report =
        new DemoReport(
            snapshot, pipeline.observations(), pipeline.trainer(), pipeline.coldStartSeconds());
    if (request.report().isPresent()) {
      report.write(request.report().get());
      say.accept("Report      " + request.report().get());
    }
  }

  private void student(Consumer<String> say) throws IOException {
    CheckpointManifest checkpoint = snapshot.lastCheckpoint();
    if (checkpoint == null) {
      say.accept("No checkpoint was committed in this time.");
      return;
    }
    String id = checkpoint.getRun() + "/" + checkpoint.getSequence();
    Path directory = request.data().resolve("student");
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      LoadedModel model = CheckpointModels.load(reader, checkpoint, false).merged();
      ModelDirectory.write(
          directory, model.config(), model.weights(), TensorType.F32, model.tokenizerJson());
    }
    Path data = request.data();
    say.accept("Checkpoint  %s, step %s".formatted(id, count(checkpoint.getStep())));
    say.accept("Student     %s (a Hugging Face directory of it)".formatted(directory));
    say.accept("");
    say.accept(
        "Let it write:           ./logitstream complete --model '%s' 'public static '"
            .formatted(directory));
    say.accept("Go on with the demo:    ./logitstream demo --data '%s'".formatted(data));
    say.accept(
        "Look into its topics:   ./logitstream broker --data '%s'"
            .formatted(data.resolve("kafka")));
    say.accept(
        "  and then              ./logitstream checkpoints export %s my-student".formatted(id));
    say.accept(
        "  and its lineage       ./logitstream index --data '%s'".formatted(data.resolve("index")));
  }
}
