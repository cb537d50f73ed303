package io.logitstream.console.commands;

import io.logitstream.platform.access.AccessRight;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.teacher.backpressure.BackpressureSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the least rights of a service. */
@Command(
    name = "acls",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Prints the least rights that a service needs on a cluster with an authorizer, as commands of"
          + " kafka-acls.sh. Nothing is changed, and no broker is asked.",
      "A service asks for its rights when it starts, and ends with those that are missing.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream acls teacher --principal User:teacher",
      "  logitstream acls teacher --config teacher.properties --principal User:teacher",
      "  logitstream acls trainer --name first --set topics.prefix=team. --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class AclsCommand implements Runnable {
  /** Who needs rights. */
  private enum Holder {
    TOPICS(null),
    PRODUCER("source.name"),
    TEACHER("teacher.group"),
    TRAINER("run"),
    FOLLOWER("run"),
    INDEX("index.group"),
    READER(null);

    /** The setting whose value is in the names of what the holder has rights on. */
    private final Optional<String> nameSetting;

    Holder(@Nullable String nameSetting) {
      this.nameSetting = Optional.ofNullable(nameSetting);
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "topics|producer|teacher|trainer|follower|index|reader",
      description = {
        "Who needs them. topics is 'logitstream topics create', follower 'checkpoints follow'; reader is every command that only looks: it may read all topics of the pipeline."
      })
  private Holder holder;

  @Option(
      names = "--principal",
      paramLabel = "PRINCIPAL",
      description = "Who gets them (default: User:HOLDER).")
  private String principal = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "The producer's source, the teachers' or the index's group, or the run of a trainer or a"
              + " follower: short for --set source.name=…, teacher.group=…, index.group=… or run=…")
  private @Nullable String name;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "File with which kafka-acls.sh logs in as who may grant rights: it is in the lines that"
              + " are printed, and is not read. JSON leaves it out.")
  private @Nullable Path commandConfig;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public void run() {
    Shortcuts shortcuts = new Shortcuts();
    if (name != null) {
      shortcuts.put(
          holder.nameSetting.orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(),
                      "--name is %s, and %s has none: leave it out".formatted(name, label()))),
          name);
    }
    Configuration configuration = options.load(shortcuts.values(), KafkaSettings.SETTINGS);
    ServiceRights rights = new ServiceRights(KafkaSettings.from(configuration).topicPrefix());
    String named = holder.nameSetting.map(setting -> value(configuration, setting)).orElse("");
    NeededRights needed =
        switch (holder) {
          case TOPICS -> rights.topics();
          case PRODUCER -> rights.producer(named);
          case TEACHER -> rights.teacher(named, BackpressureSettings.from(configuration).groups());
          case TRAINER -> rights.trainer(named);
          case FOLLOWER -> rights.follower(named);
          case INDEX -> rights.index(named);
          case READER -> rights.reader();
        };
    String who = principal.isEmpty() ? "User:" + label() : principal;
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(needed.rights().stream().map(right -> json(who, right)).toList()));
      return;
    }
    String connection = connection(KafkaSettings.from(configuration).bootstrapServers());
    needed.rights().forEach(right -> out.println(right.command(connection, who)));
  }

  private String connection(String bootstrapServers) {
    String login = commandConfig == null ? "" : " --command-config '%s'".formatted(commandConfig);
    return "--bootstrap-server '%s'%s".formatted(bootstrapServers, login);
  }

  private String value(Configuration configuration, String setting) {
    String value = configuration.asMap().getOrDefault(setting, "");
    if (value.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "the rights of a %s depend on %s, which has no value: give --name NAME, or a --config that has it"
              .formatted(label(), setting));
    }
    return value;
  }

  private String label() {
    return holder.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> json(String who, AccessRight right) {
    return Map.of(
        "principal", who,
        "resource", right.type().name(),
        "name", right.name(),
        "prefix", right.isPrefix(),
        "operation", right.operation().name());
  }
}
