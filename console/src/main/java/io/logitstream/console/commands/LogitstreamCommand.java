package io.logitstream.console.commands;

import io.logitstream.platform.kafka.KafkaSettings;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that all others belong to. */
@Command(
    name = "logitstream",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Keeps a small student language model continuously up to date with a large teacher, over"
          + " Kafka.",
      ""
    },
    subcommands = {
      DemoCommand.class,
      BrokerCommand.class,
      RegistryCommand.class,
      TopicsCommand.class,
      AclsCommand.class,
      ProduceCommand.class,
      TeachCommand.class,
      TrainCommand.class,
      ReplayCommand.class,
      CheckpointsCommand.class,
      DeadLettersCommand.class,
      LogitsCommand.class,
      VerifyCommand.class,
      LineageCommand.class,
      IndexCommand.class,
      TraceCommand.class,
      ForgetCommand.class,
      CompleteCommand.class,
      ScoreCommand.class,
      TokenizerCommand.class,
      BenchCommand.class,
      ConfigCommand.class,
    },
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or stopped cleanly",
      "1:failed",
      "2:wrong usage or configuration; the message says what to mend",
      "3:a verification found what it must not",
      "4:cannot be verified: it was computed on other hardware",
      "5:what was asked for has expired",
      "6:another process took over; do not restart",
      "7:Kafka, the registry or another service did not answer",
      "10 to 16:of trace and forget; see their help",
      "130, 143:ended by Ctrl-C or SIGTERM, after a clean stop",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream demo                          a student learns from a teacher, for five"
          + " minutes",
      "  logitstream broker                        Kafka and a schema registry on this machine",
      "  logitstream COMMAND --help                options and examples of a command",
    })
public final class LogitstreamCommand implements Runnable {
  private final Map<String, String> environment;

  private @Nullable KafkaSettings kafka;

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log in detail, and show where a failure comes from.")
  private boolean verbose;

  /**
   * @param environment the environment that settings may be read from
   */
  @SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
  public LogitstreamCommand(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Whether failures are shown with their stack trace. */
  public boolean isVerbose() {
    return verbose;
  }

  /** Where Kafka and the registry were looked for; empty if the command has not asked. */
  public Optional<KafkaSettings> kafka() {
    return Optional.ofNullable(kafka);
  }

  void looksFor(KafkaSettings addresses) {
    kafka = addresses;
  }

  Map<String, String> environment() {
    return environment;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? None was given.");
  }
}
