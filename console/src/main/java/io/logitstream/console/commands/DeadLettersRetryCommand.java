package io.logitstream.console.commands;

import io.logitstream.platform.deadletter.DeadLetter;
import io.logitstream.platform.deadletter.DeadLetterLog;
import io.logitstream.platform.deadletter.DeadLetterRetry;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.topics.Topic;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts the records of dead letters back. */
@Command(
    name = "retry",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Puts the records of dead letters back at the end of the partition that they were read from,"
          + " without the headers that tell of the condemnation.",
      "A letter is put back once: its mark among the dead letters is committed with the record.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream deadletters retry prompts 17 18",
      "  logitstream deadletters retry prompts --code too-long --dry-run",
      "  logitstream deadletters retry teacher-logits --all",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class DeadLettersRetryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      converter = DeadLetterTopics.class,
      description = "prompts, teacher-logits or evaluation-logits.")
  private Topic topic;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "LETTER",
      description = "Offsets of the letters.")
  private @Nullable List<Long> letters;

  @Option(names = "--code", paramLabel = "CODE", description = "All letters of this reason.")
  private @Nullable String code;

  @Option(names = "--all", description = "All letters of the topic.")
  private boolean all;

  @Option(names = "--dry-run", description = "Name the letters, and put nothing back.")
  private boolean dryRun;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    Predicate<DeadLetter> wanted = wanted();
    KafkaClients clients = new KafkaClients(KafkaSettings.from(options.loadToAsk()), "deadletters");
    List<DeadLetter> retried;
    if (dryRun) {
      retried = new DeadLetterLog(clients, topic).list(wanted, DeadLetterRetry.MAX_LETTERS, false);
    } else {
      try (DeadLetterRetry retry = new DeadLetterRetry(clients, topic)) {
        retried = retry.retry(wanted);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          OutputOption.json(
              Map.of(
                  "dryRun",
                  dryRun,
                  "retried",
                  retried.stream().map(DeadLettersListCommand::summary).toList())));
    } else {
      retried.forEach(
          letter ->
              out.println(
                  "%s letter %d (%s, %s)"
                      .formatted(
                          dryRun ? "would put back" : "put back",
                          letter.letterOffset(),
                          letter.place(),
                          letter.code())));
      if (retried.size() == DeadLetterRetry.MAX_LETTERS) {
        out.println(
            "these are the newest %,d: run it again for those before them"
                .formatted(DeadLetterRetry.MAX_LETTERS));
      }
      if (retried.isEmpty()) {
        out.println("no such dead letters, or all of them were put back before");
      }
    }
    return ExitStatus.OK.code();
  }

  private Predicate<DeadLetter> wanted() {
    boolean named = letters != null && !letters.isEmpty();
    if ((named ? 1 : 0) + (code == null ? 0 : 1) + (all ? 1 : 0) != 1) {
      throw new ParameterException(
          spec.commandLine(), "which letters? Name their offsets, or --code CODE, or --all");
    }
    if (named) {
      Set<Long> offsets = new HashSet<>(letters);
      return letter -> offsets.contains(letter.letterOffset());
    }
    return letter -> all || letter.code().equals(code);
  }
}
