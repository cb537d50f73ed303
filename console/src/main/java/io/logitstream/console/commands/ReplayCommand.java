package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.replay.LogPoint;
import io.logitstream.trainer.replay.Offsets;
import io.logitstream.trainer.replay.ReplayPlan;
import io.logitstream.trainer.replay.ReplayPlanner;
import io.logitstream.trainer.training.TrainingSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a new run from the log. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains a new run from records that the log already holds, as fast as this machine can. The plan"
          + " is printed first; --dry-run ends with it.",
      "A checkpoint gives weights, moments, positions and the settings that its run was trained with;"
          + " --set changes some of them. From a time or from offsets the run begins with --student.",
      "Over a filled log the order is a function of the log: the same replay gives the same bytes, and"
          + " its checkpoints can be verified like any others. A replay that was interrupted goes on with"
          + " --resume.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream replay --run hotter --from student/12 --set loss.soft-weight=1 --dry-run",
      "  logitstream replay --run again --from student/0 --until 0@1200,1@1180",
      "  logitstream replay --run since-monday --from 2026-11-23T00:00:00Z --student demo-student",
      "  logitstream replay --run everything --from earliest --until live --student demo-student",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--run", paramLabel = "RUN", required = true, description = "The new run.")
  private String run;

  @Option(
      names = "--from",
      paramLabel = "CHECKPOINT|TIME|OFFSETS",
      required = true,
      description =
          "RUN/SEQUENCE or RUN/latest, a time such as 2026-11-25T18:00:00Z, PARTITION@OFFSET separated"
              + " by commas (other partitions at their first record), or earliest.")
  private String from;

  @Option(
      names = "--until",
      paramLabel = "TIME|OFFSETS|now|live",
      description =
          "Where to end: a time, offsets (not read themselves), the end of the log as it is now, or live"
              + " to go on with what comes. By default now; with --resume, where the replay was to end.")
  private @Nullable String until;

  @Option(
      names = {"-s", "--student"},
      paramLabel = "DIR",
      description = "The student at the run's start, where --from is no checkpoint.")
  private @Nullable Path student;

  @Option(names = "--resume", description = "Go on with a replay that was interrupted.")
  private boolean resume;

  @Option(names = "--dry-run", description = "Print the plan, and train nothing.")
  private boolean dryRun;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    LogPoint begin = LogPoint.parse("--from", from);
    requireStudent(begin);
    Configuration kafka = options.loadToAsk();
    ReplayPlan plan;
    Optional<CheckpointManifest> source = Optional.empty();
    LogPoint end;
    try (CheckpointReader reader = CheckpointModels.open(kafka)) {
      end = end(requireNew(reader));
      if (begin instanceof LogPoint.Checkpoint checkpoint) {
        source = Optional.of(CheckpointModels.find(reader, checkpoint.id()));
      }
    }
    plan =
        new ReplayPlanner(new KafkaClients(KafkaSettings.from(kafka), "replay"))
            .plan(source, begin, end);
    Configuration configuration = configuration(plan, source, end);
    print(plan, configuration, source);
    return dryRun ? ExitStatus.OK.code() : TrainCommand.run(configuration);
  }

  private void requireStudent(LogPoint begin) {
    boolean isCheckpoint = begin instanceof LogPoint.Checkpoint;
    if (isCheckpoint && student != null) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "--student is %s, and --from is a checkpoint, which has a student: leave one out"
              .formatted(student));
    }
    if (begin instanceof LogPoint.Now || begin instanceof LogPoint.Live) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "--from is %s: nothing lies after it. 'logitstream train' reads what comes"
              .formatted(from));
    }
  }

  /** A replay ends where it was to end, however the log has grown since it was begun. */
  private LogPoint end(Optional<CheckpointManifest> interrupted) {
    if (until != null || interrupted.isEmpty()) {
      return LogPoint.parse("--until", until == null ? "now" : until);
    }
    Map<Integer, Long> offsets = new TreeMap<>();
    interrupted
        .get()
        .getUntilOffsets()
        .forEach((partition, offset) -> offsets.put(Integer.valueOf(partition), offset));
    if (offsets.isEmpty()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "checkpoint %s does not say where the replay was to end, as it was to go on live or an older build began it: name --until"
              .formatted(CheckpointId.of(interrupted.get())));
    }
    return new LogPoint.At(offsets);
  }

  /** The newest checkpoint of a replay that is gone on with. */
  private Optional<CheckpointManifest> requireNew(CheckpointReader reader) {
    Optional<CheckpointManifest> newest = reader.newest(run);
    boolean exists = newest.isPresent();
    if (exists && !resume) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "run %s has checkpoints already: name another run, or go on with it: --resume"
              .formatted(run));
    }
    if (!exists && resume) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "run %s has no checkpoint to go on from: leave --resume out".formatted(run));
    }
    return newest;
  }

  private Configuration configuration(
      ReplayPlan plan, Optional<CheckpointManifest> source, LogPoint end) {
    Map<String, String> defaults = new TreeMap<>();
    if (source.isPresent()) {
      defaults.putAll(TrainingSettings.recorded(source.get().getConfiguration()));
      // The checkpoint has the student.
      defaults.put("student.model", ".");
    }
    defaults.put("train.idle-time", "0s");
    Map<Integer, Long> begin = new TreeMap<>();
    Map<Integer, Long> ends = new TreeMap<>();
    for (ReplayPlan.Range range : plan.ranges()) {
      begin.put(range.partition(), range.from());
      ends.put(range.partition(), range.until());
    }
    boolean isLive = end instanceof LogPoint.Live;
    Shortcuts fixed =
        new Shortcuts()
            .put("run", run)
            .put("student.model", student)
            .put("train.from-checkpoint", plan.source().map(CheckpointId::toString).orElse(""))
            .put("train.from", plan.source().isPresent() ? "" : Offsets.text(begin))
            .put("train.until", isLive ? "" : Offsets.text(ends))
            .put("train.stop-when-idle", isLive ? "false" : "true");
    List<Setting<?>> used = new ArrayList<>(KafkaSettings.SETTINGS);
    used.addAll(TopicSettings.SETTINGS);
    used.addAll(TrainerSettings.SETTINGS);
    return options.load(defaults, Map.of(), fixed.values(), used);
  }

  private void print(
      ReplayPlan plan, Configuration configuration, Optional<CheckpointManifest> source) {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> changed = changed(configuration, source);
    if (output.isJson()) {
      out.println(OutputOption.json(json(plan, changed)));
      out.flush();
      return;
    }
    out.printf(
        Locale.ROOT,
        "run %s %s %s%n",
        run,
        resume ? "goes on, and began" : "begins",
        plan.source().isPresent()
            ? String.format(
                Locale.ROOT, "with checkpoint %s at step %,d", plan.source().get(), plan.step())
            : "with student " + student);
    changed.forEach((key, value) -> out.printf("  %s=%s%n", key, value));
    out.printf(
        "%n%-10s %14s %14s %14s   of %s%n", "PARTITION", "FROM", "UNTIL", "OFFSETS", plan.topic());
    for (ReplayPlan.Range range : plan.ranges()) {
      out.printf(
          Locale.ROOT,
          "%-10d %,14d %,14d %,14d%n",
          range.partition(),
          range.from(),
          range.until(),
          range.offsets());
    }
    out.printf(Locale.ROOT, "%nat most %,d records%n", plan.offsets());
    plan.known()
        .ifPresentOrElse(
            known ->
                out.printf(
                    Locale.ROOT,
                    "of these, run %s trained on %,d records: %,d tokens in %,d steps%n",
                    known.run(),
                    known.records(),
                    known.tokens(),
                    known.steps()),
            () -> out.println("tokens unknown: no run's ledger tells of these records"));
    out.flush();
  }

  /** The settings that the result depends on and that are not those of the checkpoint's run. */
  private static Map<String, String> changed(
      Configuration configuration, Optional<CheckpointManifest> source) {
    Map<String, String> changed = new TreeMap<>();
    source.ifPresent(
        manifest -> {
          Map<String, String> recorded = TrainingSettings.recorded(manifest.getConfiguration());
          Map<String, String> now =
              TrainingSettings.recorded(TrainerSettings.from(configuration).identity());
          now.forEach(
              (key, value) -> {
                if (!value.equals(recorded.get(key))) {
                  changed.put(key, value);
                }
              });
        });
    return changed;
  }

  private Map<String, Object> json(ReplayPlan plan, Map<String, String> changed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", run);
    json.put("topic", plan.topic());
    plan.source().ifPresent(id -> json.put("checkpoint", id.toString()));
    json.put("step", plan.step());
    json.put("changed", changed);
    json.put(
        "ranges",
        plan.ranges().stream()
            .map(
                range ->
                    Map.of(
                        "partition", range.partition(),
                        "from", range.from(),
                        "until", range.until()))
            .toList());
    json.put("offsets", plan.offsets());
    plan.known()
        .ifPresent(
            known ->
                json.put(
                    "known",
                    Map.of(
                        "run", known.run(),
                        "records", known.records(),
                        "tokens", known.tokens(),
                        "steps", known.steps())));
    return json;
  }
}
