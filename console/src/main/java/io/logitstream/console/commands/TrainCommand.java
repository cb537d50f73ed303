package io.logitstream.console.commands;

import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a student. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains a student from the log of a teacher's logits, until stopped or done.",
      "A run that has checkpoints goes on from its newest one; each record is trained on exactly"
          + " once, crashes included. One process trains a run at a time: a second takes it over,"
          + " and the first ends with exit code 6.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream train --student demo-student --run student",
      "  logitstream train --student demo-student --run trial --steps 500 --set train.seed=2",
      "  logitstream train --student my-model --run tuned --set student.lora.rank=16",
      "  logitstream train --config pipeline.properties --skip 3@1207",
      "  logitstream train --config pipeline.properties --accept-loss",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = {"-s", "--student"},
      paramLabel = "DIR",
      description =
          "The student at the run's start, a Hugging Face directory, from scratch where it has no"
              + " weights: short for --set student.model=…")
  private @Nullable Path student;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description =
          "Adapters as PEFT writes them, which are trained on beside the student's weights: short for"
              + " --set student.adapter=…  New ones: --set student.lora.rank=…")
  private @Nullable Path adapter;

  @Option(names = "--run", paramLabel = "RUN", description = "The run: short for --set run=…")
  private @Nullable String run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "The run's last step: short for --set train.max-steps=…")
  private @Nullable Long steps;

  @Option(
      names = "--skip",
      paramLabel = "PARTITION@OFFSET",
      split = ",",
      description = "A record that is not trained on: short for --set train.skip=…")
  private @Nullable List<String> skips;

  @Option(
      names = "--accept-loss",
      description =
          "Go on although the log lacks records that were not trained on: short for --set"
              + " train.accept-loss=true. Without it the start fails and says what is missing; with"
              + " it the run's ledger does.")
  private boolean acceptLoss;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    Shortcuts shortcuts =
        new Shortcuts()
            .put("student.model", student)
            .put("student.adapter", adapter)
            .put("run", run)
            .put("train.max-steps", steps)
            .put("train.accept-loss", acceptLoss ? "true" : null)
            .put("train.skip", skips == null ? null : String.join(",", skips));
    List<Setting<?>> used = new ArrayList<>(KafkaSettings.SETTINGS);
    used.addAll(TopicSettings.SETTINGS);
    used.addAll(TrainerSettings.SETTINGS);
    Configuration configuration = options.load(shortcuts.values(), used);
    return run(configuration);
  }

  /** Trains the run that the settings name, until it is stopped or done; the exit code. */
  static int run(Configuration configuration) {
    TrainerProgress progress = new TrainerProgress();
    return ServiceProcess.run(
        "trainer",
        configuration,
        Map.of("run", TrainerSettings.from(configuration).run()),
        new ServiceRights(KafkaSettings.from(configuration).topicPrefix())
            .trainer(TrainerSettings.from(configuration).run()),
        (meters, health) -> {
          StudentTrainer trainer =
              new StudentTrainer(
                  TrainerSettings.from(configuration),
                  KafkaSettings.from(configuration),
                  TopicSettings.from(configuration),
                  meters,
                  health,
                  progress);
          return new ServiceProcess.Running(
              trainer, () -> news(progress.snapshot()), trainer::status);
        });
  }

  static String news(TrainerProgress.Snapshot progress) {
    if (progress.latestStep().isEmpty()) {
      return "";
    }
    TrainingStep step = progress.latestStep().get();
    Optional<EvaluationMetrics> heldOut = progress.latestOverall();
    return String.format(
        Locale.ROOT,
        "step %,d, %,d tokens (%,.0f tokens/s, waited %.0f %%), loss %.3f%s, %d checkpoints (%.1f %% of the time)",
        step.getStep(),
        step.getTrainedTokensTotal(),
        progress.tokensPerSecond(),
        progress.waitShare() * 100,
        step.getLoss().getObjective(),
        heldOut.map(TrainCommand::describe).orElse(""),
        progress.checkpoints().size(),
        progress.checkpointShare() * 100);
  }

  private static String describe(EvaluationMetrics heldOut) {
    return String.format(
        Locale.ROOT,
        ", held out: cross-entropy %.3f, KL %s, acceptance %s",
        heldOut.getCrossEntropy(),
        HeldOutText.forwardKl(heldOut, 3),
        HeldOutText.acceptance(heldOut, 3));
  }
}
