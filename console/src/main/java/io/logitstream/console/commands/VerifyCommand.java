package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Proves a checkpoint. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains a checkpoint again from an earlier one, on the records that the run's ledger names, and"
          + " compares every artifact, bit for bit.",
      "Answers and exit codes: proven 0, refuted 3 (and where), other hardware 4 (bits are promised on"
          + " one kind only), expired 5 (bytes or records that are needed are gone).",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream verify --checkpoint student/12",
      "  logitstream verify --checkpoint student/latest --from student/0 --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class VerifyCommand implements Callable<Integer> {
  private static final Duration TOLD_EVERY = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Option(
      names = "--checkpoint",
      paramLabel = "RUN/SEQUENCE",
      required = true,
      description = "The checkpoint to prove; RUN/latest is a run's newest.")
  private String checkpoint;

  @Option(
      names = "--from",
      paramLabel = "RUN/SEQUENCE",
      description = "An earlier checkpoint of the run to train on from (default: the parent).")
  private @Nullable String from;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  private long toldNanos = System.nanoTime();

  @Override
  public Integer call() throws InterruptedException {
    Configuration configuration = options.loadToAsk();
    CheckpointId id;
    try (CheckpointReader reader = CheckpointModels.open(configuration)) {
      id = CheckpointModels.id(reader, checkpoint);
    }
    Verification verification;
    try (CheckpointVerifier verifier =
        new CheckpointVerifier(KafkaSettings.from(configuration), this::tell)) {
      verification = verifier.verify(id, Optional.ofNullable(from).map(CheckpointId::parse));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(json(verification)));
    } else {
      print(out, verification);
    }
    return status(verification.answer()).code();
  }

  /** On standard error: what is printed at the end may be read by a program. */
  private void tell(long taken, long all) {
    long now = System.nanoTime();
    if (now - toldNanos >= TOLD_EVERY.toNanos()) {
      toldNanos = now;
      PrintWriter err = spec.commandLine().getErr();
      err.printf(Locale.ROOT, "step %,d of %,d%n", taken, all);
      err.flush();
    }
  }

  private static void print(PrintWriter out, Verification verification) {
    out.printf("%s %s%n", verification.checkpoint(), words(verification.answer()));
    if (!verification.where().isEmpty()) {
      out.println("  " + verification.where());
    }
    if (verification.answer() == Verification.Answer.PROVEN) {
      out.printf(
          Locale.ROOT,
          "  %,d steps on %,d records (%,d tokens) from %s on, trained again, give the same bytes%n",
          verification.steps(),
          verification.records(),
          verification.tokens(),
          verification.ancestor());
      verification
          .artifacts()
          .forEach((name, sha256) -> out.printf("  sha256 %s  %s%n", sha256, name));
    }
  }

  private static Map<String, Object> json(Verification verification) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("checkpoint", verification.checkpoint().toString());
    json.put("ancestor", verification.ancestor().toString());
    json.put("answer", words(verification.answer()));
    json.put("steps", verification.steps());
    json.put("records", verification.records());
    json.put("tokens", verification.tokens());
    json.put("artifacts", verification.artifacts());
    json.put("where", verification.where());
    return json;
  }

  private static String words(Verification.Answer answer) {
    return answer.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static ExitStatus status(Verification.Answer answer) {
    return switch (answer) {
      case PROVEN -> ExitStatus.OK;
      case REFUTED -> ExitStatus.REFUTED;
      case OTHER_HARDWARE -> ExitStatus.OTHER_HARDWARE;
      case EXPIRED -> ExitStatus.EXPIRED;
    };
  }
}
