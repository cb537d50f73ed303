package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.Lineage;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.TokenTally;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a checkpoint was trained on. */
@Command(
    name = "lineage",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows what a checkpoint was trained on since its run's start, from the run's ledger: offsets,"
          + " teachers, origins, and the tokens of each domain.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream lineage --checkpoint student/latest",
      "  logitstream lineage --checkpoint student/12 --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class LineageCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--checkpoint",
      paramLabel = "RUN/SEQUENCE",
      required = true,
      description = "The checkpoint; RUN/latest is a run's newest.")
  private String checkpoint;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    Configuration configuration = options.loadToAsk();
    Lineage lineage;
    try (CheckpointReader reader = CheckpointModels.open(configuration);
        LedgerReader ledger =
            new LedgerReader(new KafkaClients(KafkaSettings.from(configuration), "lineage"))) {
      lineage = Lineage.of(CheckpointModels.find(reader, checkpoint), ledger);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(json(lineage)));
    } else {
      print(out, lineage);
    }
    return ExitStatus.OK.code();
  }

  private static void print(PrintWriter out, Lineage lineage) {
    out.printf(Locale.ROOT, "%s: %,d steps%n", lineage.checkpoint(), lineage.steps());
    out.printf("%n%-24s %-12s %-28s %14s%n", "DOMAIN", "ORIGIN", "TEACHER", "TOKENS");
    for (TokenTally tally : lineage.tokens()) {
      out.printf(
          Locale.ROOT,
          "%-24s %-12s %-28s %,14d%n",
          tally.getDomain(),
          tally.getOrigin().name().toLowerCase(Locale.ROOT),
          tally.getTeacher(),
          tally.getTokens());
    }
    out.printf(
        "%n%-10s %-24s %9s %14s %14s %12s %12s%n",
        "CURSOR", "TOPIC ID", "PARTITION", "FIRST", "LAST", "RECORDS", "PASSED OVER");
    for (Lineage.Span span : lineage.spans()) {
      out.printf(
          Locale.ROOT,
          "%-10s %-24s %9d %,14d %,14d %,12d %,12d%n",
          span.cursor(),
          span.topicId(),
          span.partition(),
          span.firstOffset(),
          span.lastOffset(),
          span.records(),
          span.passedOver());
    }
    if (!lineage.skips().isEmpty()) {
      out.printf("%nSkipped:%n");
      for (SkipEntry skip : lineage.skips()) {
        out.printf(
            "  %d@%d  %s: %s%n",
            skip.getPartition(), skip.getOffset(), skip.getCode(), skip.getReason());
      }
    }
    printTurns(out, lineage);
  }

  private static void printTurns(PrintWriter out, Lineage lineage) {
    if (lineage.replayOf() != null) {
      out.printf("%nThe run began with checkpoint %s.%n", lineage.replayOf());
    }
    if (!lineage.losses().isEmpty()) {
      out.printf("%nMissing, and accepted:%n");
      for (LossAcceptedEntry loss : lineage.losses()) {
        out.printf("  %s%n", loss(loss));
      }
    }
    if (!lineage.rollbacks().isEmpty()) {
      out.printf("%nWent on from an earlier checkpoint:%n");
      for (RollbackEntry rollback : lineage.rollbacks()) {
        out.printf("  from sequence %d: %s%n", rollback.getToSequence(), rollback.getReason());
      }
    }
  }

  private static Map<String, Object> json(Lineage lineage) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("checkpoint", lineage.checkpoint().toString());
    json.put("steps", lineage.steps());
    json.put("tokens", lineage.tokens().stream().map(LineageCommand::tokens).toList());
    json.put("ranges", lineage.spans().stream().map(LineageCommand::range).toList());
    json.put("skips", lineage.skips().stream().map(LineageCommand::skip).toList());
    json.put("losses", lineage.losses().stream().map(LineageCommand::loss).toList());
    json.put("rollbacks", lineage.rollbacks().stream().map(LineageCommand::rollback).toList());
    if (lineage.replayOf() != null) {
      json.put("replayOf", lineage.replayOf());
    }
    return json;
  }

  private static String loss(LossAcceptedEntry loss) {
    return "%s/%s-%d: offsets %d to %s"
        .formatted(
            loss.getCursor(),
            loss.getTopicId(),
            loss.getPartition(),
            loss.getFromOffset(),
            loss.getToOffset() < 0
                ? "the end; the topic is gone"
                : Long.toString(loss.getToOffset() - 1));
  }

  private static Map<String, Object> rollback(RollbackEntry rollback) {
    return Map.of(
        "toSequence", rollback.getToSequence(),
        "reason", rollback.getReason(),
        "positionsToo", rollback.getPositionsToo());
  }

  private static Map<String, Object> tokens(TokenTally tally) {
    return Map.of(
        "domain", tally.getDomain(),
        "origin", tally.getOrigin().name(),
        "teacher", tally.getTeacher(),
        "tokens", tally.getTokens());
  }

  private static Map<String, Object> range(Lineage.Span span) {
    return Map.of(
        "cursor", span.cursor(),
        "topicId", span.topicId(),
        "partition", span.partition(),
        "firstOffset", span.firstOffset(),
        "lastOffset", span.lastOffset(),
        "records", span.records(),
        "passedOver", span.passedOver());
  }

  private static Map<String, Object> skip(SkipEntry skip) {
    return Map.of(
        "partition", skip.getPartition(),
        "offset", skip.getOffset(),
        "code", skip.getCode(),
        "reason", skip.getReason());
  }
}
