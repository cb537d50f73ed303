package io.logitstream.console.demo;

import io.logitstream.console.logging.LogFormat;
import io.logitstream.console.logging.Logging;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.ShutdownHook;
import io.logitstream.platform.lifecycle.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A student learns from a teacher: starts the pipeline, shows it, stops it, sums it up. */
public final class Demo {
  private static final Logger LOGGER = LoggerFactory.getLogger(Demo.class);
  private static final Duration FRAME = Duration.ofMillis(500);

  /** Services drain, then the watcher, the broker and the drawing of the plot. */
  private static final Duration DRAIN = Duration.ofMinutes(2);

  private Demo() {}

  /**
   * Runs the demo to its end.
   *
   * @param configuration settings, once the broker's and the registry's addresses are known
   * @return the exit code
   */
  public static int run(
      DemoRequest request,
      Function<Map<String, String>, Configuration> configuration,
      PrintWriter out)
      throws Exception {
    DemoHeading heading = heading(request);
    Configuration given = configuration.apply(Map.of());
    DemoPipeline.requireUsable(given);
    DemoEvaluation evaluation = DemoEvaluation.of(given);
    Files.createDirectories(request.data());
    Path log = request.data().resolve("demo.log");
    Logging.toFile(log);
    Logging.ofService(LogFormat.TEXT, Map.of());
    StopSignal stop = new StopSignal();
    try (ShutdownHook hook = ShutdownHook.install(stop, DRAIN);
        DemoView view =
            request.plain() ? new PlainView(out) : new LiveView(out, new Panel(heading))) {
      view.note("Logitstream demo: %s ─► %s".formatted(heading.teacher(), heading.student()));
      view.note("Everything is kept in %s (log: %s)".formatted(request.data(), log.getFileName()));
      evaluation.notes().forEach(view::note);
      view.note("Starting Kafka and the schema registry ...");
      Optional<DemoPipeline> started =
          start(
              request,
              addresses -> configuration.apply(with(addresses, evaluation.settings())),
              stop);
      if (started.isEmpty()) {
        view.note("Stopped before it had begun.");
        return ExitStatus.OK.code();
      }
      try (DemoPipeline pipeline = started.get()) {
        CurvesPlot.prepare();
        view.note("Kafka listens on " + pipeline.bootstrapServers());
        watch(pipeline, view, heading, stop);
        view.note("Stopping; the last checkpoint is committed ...");
        Optional<Throwable> failure = pipeline.stopServices();
        if (failure.isPresent()) {
          view.note("The demo ended before its time: " + failure.get().getMessage());
          view.note("More is in " + log);
        }
        Snapshot last = pipeline.finish();
        view.show(last, pipeline.sample());
        view.settle();
        view.note("");
        new DemoSummary(request, pipeline, last).conclude(view::note);
        return failure.isPresent() ? ExitStatus.of(FailureKind.FATAL).code() : ExitStatus.OK.code();
      }
    }
  }

  /** Empty if a stop was asked for meanwhile: Kafka cannot start in a process that is ending. */
  private static Optional<DemoPipeline> start(
      DemoRequest request, Function<Map<String, String>, Configuration> settings, StopSignal stop) {
    try {
      return Optional.of(DemoPipeline.start(request, settings, stop));
    } catch (RuntimeException | Error e) {
      if (!stop.requested()) {
        throw e;
      }
      LOGGER.debug("the demo was stopped while it started", e);
      return Optional.empty();
    }
  }

  private static Map<String, String> with(
      Map<String, String> addresses, Map<String, String> others) {
    Map<String, String> all = new HashMap<>(addresses);
    all.putAll(others);
    return all;
  }

  private static void watch(
      DemoPipeline pipeline, DemoView view, DemoHeading heading, StopSignal stop)
      throws InterruptedException {
    boolean indexTold = false;
    while (!stop.await(FRAME) && pipeline.isRunning()) {
      if (!indexTold && pipeline.indexUrl().isPresent()) {
        view.note("The lineage index answers on " + pipeline.indexUrl().get());
        indexTold = true;
      }
      Snapshot snapshot = pipeline.snapshot();
      view.show(snapshot, pipeline.sample());
      if (snapshot.seconds() >= heading.limitSeconds()) {
        stop.request();
      }
    }
  }

  private static DemoHeading heading(DemoRequest request) throws IOException {
    ModelDirectory teacher = ModelDirectory.open(request.teacher());
    if (!teacher.hasWeights()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s has no model.safetensors: name a teacher that has been trained with --teacher"
              .formatted(request.teacher()));
    }
    ModelDirectory student = ModelDirectory.open(request.student());
    return new DemoHeading(
        "teacher " + size(teacher.config().parameters()),
        "student " + size(student.config().parameters()),
        request.duration().toMillis() / 1000.0);
  }

  private static String size(long parameters) {
    return parameters >= 1_000_000
        ? String.format(Locale.ROOT, "%.1fM", parameters / 1e6)
        : String.format(Locale.ROOT, "%.0fk", parameters / 1e3);
  }
}
