package io.logitstream.console.commands;

import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.teacher.TeacherProgress;
import io.logitstream.teacher.TeacherService;
import io.logitstream.teacher.TeacherSettings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a teacher. */
@Command(
    name = "teach",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Scores prompts with a teacher and publishes its logits, until stopped.",
      "Several teachers of one group share the partitions. Each prompt is published exactly once to"
          + " those who read committed records, crashes included.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream teach --model demo-teacher",
      "  logitstream teach --model demo-teacher --encoding full --set teacher.threads=1",
      "  logitstream teach --model demo-teacher --encoding labels      (tokens alone)",
      "  logitstream teach --config pipeline.properties --set health.port=9101",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TeachCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "DIR",
      description = "The teacher, a Hugging Face directory: short for --set teacher.model=…")
  private @Nullable Path model;

  @Option(
      names = "--encoding",
      paramLabel = "labels|sampled|full",
      description = "What the records hold: short for --set teacher.encoding=…")
  private @Nullable String encoding;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    Shortcuts shortcuts =
        new Shortcuts().put("teacher.model", model).put("teacher.encoding", encoding);
    Configuration configuration = options.load(shortcuts.values(), TeacherService.settings());
    return ServiceProcess.run(
        "teacher",
        configuration,
        needed(configuration),
        (meters, health) -> {
          TeacherService teacher = new TeacherService(configuration, meters, health);
          return new ServiceProcess.Running(
              teacher, () -> news(teacher.progress()), teacher::status);
        });
  }

  private static NeededRights needed(Configuration configuration) {
    TeacherSettings settings = TeacherSettings.from(configuration);
    return new ServiceRights(KafkaSettings.from(configuration).topicPrefix())
        .teacher(settings.group(), settings.backpressure().groups());
  }

  private static String news(TeacherProgress.Snapshot progress) {
    return String.format(
        Locale.ROOT,
        "%,d prompts, %,d windows and %,d tokens scored (%,.0f tokens/s of scoring), %d dead"
            + " letters%s",
        progress.prompts(),
        progress.windows(),
        progress.scoredTokens(),
        progress.tokensPerSecond(),
        progress.deadLetters(),
        progress.paused() ? "; waiting for readers" : "");
  }
}
