package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointFollower;
import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.CheckpointTrace;
import io.logitstream.checkpoints.DamagedCheckpointException;
import io.logitstream.console.logging.LogSettings;
import io.logitstream.console.logging.Logging;
import io.logitstream.console.models.CheckpointExport;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.ShutdownHook;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Hands a run's checkpoints to a command. */
@Command(
    name = "follow",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs a command for every checkpoint of a run that the gate accepted (or every one, where the"
          + " run has no gate), in order, each at least once.",
      "The command is run by the shell, with CHECKPOINT_ID (RUN/SEQUENCE), CHECKPOINT_RUN,"
          + " CHECKPOINT_SEQUENCE, CHECKPOINT_STEP and TRACEPARENT (the checkpoint's W3C trace"
          + " context) in its environment, and with --export CHECKPOINT_DIRECTORY. While it fails it is run again, with pauses; after --attempts the"
          + " follower ends with exit code 1, and stands where it stood.",
      "Where a follower stands is kept in Kafka under its name. The run's trainer keeps what a"
          + " follower has not been given yet; Kafka forgets one that was away for a week.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints follow --run student --exec 'echo $CHECKPOINT_ID'",
      "  logitstream checkpoints follow --run student --name deploy --begin newest --export models \\",
      "      --exec 'rsync -a \"$CHECKPOINT_DIRECTORY\" server:models/'",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CheckpointsFollowCommand implements Callable<Integer> {
  private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointsFollowCommand.class);
  private static final Duration DRAIN = Duration.ofSeconds(60);

  @Option(names = "--run", paramLabel = "RUN", required = true, description = "The run to follow.")
  private String run;

  @Option(
      names = "--exec",
      paramLabel = "COMMAND",
      required = true,
      description = "What is run for each checkpoint.")
  private String command;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "default",
      description =
          "The follower's name: it goes on where the last one of that name stood (default:"
              + " ${DEFAULT-VALUE}).")
  private String name;

  @Option(
      names = "--begin",
      paramLabel = "oldest|newest",
      defaultValue = "oldest",
      description = "Where a follower of a new name begins (default: ${DEFAULT-VALUE}).")
  private CheckpointFollower.Beginning beginning;

  @Option(
      names = "--export",
      paramLabel = "DIR",
      description = "Write each checkpoint as a Hugging Face directory below DIR first.")
  private @Nullable Path folder;

  @Option(
      names = "--averages",
      description = "Export the averages of the weights that the run keeps (averages.decay).")
  private boolean averages;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often a failing command is run (default: ${DEFAULT-VALUE}).")
  private int attempts;

  @Option(names = "--once", description = "End when everything that there is was given.")
  private boolean once;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() throws InterruptedException {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "--attempts is %d, expected at least 1".formatted(attempts));
    }
    Configuration configuration = options.load(Map.of(), KafkaSettings.SETTINGS);
    Logging.ofService(LogSettings.format(configuration), Map.of("service", "follower", "run", run));
    StopSignal stop = new StopSignal();
    KafkaClients clients = new KafkaClients(KafkaSettings.from(configuration), "follow-" + run);
    try (ShutdownHook hook = ShutdownHook.install(stop, DRAIN);
        CheckpointReader reader = CheckpointModels.open(configuration);
        CheckpointFollower follower = new CheckpointFollower(clients, run, name, beginning)) {
      LOGGER.info("follower {} of run {} goes on after sequence {}", name, run, follower.given());
      follower.follow(manifest -> receive(reader, manifest, stop), once, stop);
    }
    return ExitStatus.OK.code();
  }

  private void receive(CheckpointReader reader, CheckpointManifest manifest, StopSignal stop)
      throws InterruptedException {
    CheckpointId id = CheckpointId.of(manifest);
    Optional<Path> directory;
    try {
      directory =
          folder == null
              ? Optional.empty()
              : Optional.of(CheckpointExport.below(folder, reader, manifest, averages));
    } catch (DamagedCheckpointException e) {
      // No later attempt can mend it, and those after it are not to wait.
      LOGGER.error("passed over {}: {}", id, e.getMessage());
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("could not write %s".formatted(id), e);
    }
    RetryPolicy pauses =
        new RetryPolicy(attempts, Duration.ofSeconds(1), Duration.ofMinutes(1), 0.2);
    for (int attempt = 1; ; attempt++) {
      int status = run(manifest, directory);
      if (status == 0) {
        LOGGER.info("gave {}", id);
        return;
      }
      if (attempt >= attempts || stop.await(pauses.pause(attempt, new SplittableRandom()))) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "the command ended with %d for checkpoint %s, %d times; the follower begins with it again"
                .formatted(status, id, attempt));
      }
      LOGGER.warn("the command ended with {} for checkpoint {}; once more", status, id);
    }
  }

  private int run(CheckpointManifest manifest, Optional<Path> directory)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.put("CHECKPOINT_ID", CheckpointId.of(manifest).toString());
    environment.put("CHECKPOINT_RUN", manifest.getRun());
    environment.put("CHECKPOINT_SEQUENCE", Long.toString(manifest.getSequence()));
    environment.put("CHECKPOINT_STEP", Long.toString(manifest.getStep()));
    CheckpointTrace.of(manifest)
        .ifPresent(trace -> environment.put("TRACEPARENT", trace.traceparent()));
    directory.ifPresent(
        path ->
            environment.put("CHECKPOINT_DIRECTORY", path.toAbsolutePath().normalize().toString()));
    try {
      Process process = builder.start();
      return process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("could not run /bin/sh", e);
    }
  }
}
