package io.logitstream.console.commands;

import io.logitstream.lineage.erasure.Eraser;
import io.logitstream.lineage.erasure.ErasurePlan;
import io.logitstream.lineage.erasure.ErasurePlanner;
import io.logitstream.lineage.erasure.TopicRemoval;
import io.logitstream.lineage.http.RemoteView;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Forgets prompts. */
@Command(
    name = "forget",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Forgets prompts: the prompt, its logits and its dead letters. Where the topics are set up for"
          + " it ('topics create --erasure') tombstones erase them; elsewhere it tells when"
          + " retention has removed them. It lists the checkpoints that were trained on them, and"
          + " the records that a replay without them passes over.",
      "Without --yes it changes nothing.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:planned, or with --yes done",
      "14:the index knows no such prompt or subject",
      "16:with --yes: done, but forget again later: a prompt was not scored yet and a teacher may"
          + " still publish its logits, or the index has not met the tombstones",
      "7:the index or Kafka did not answer",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream forget --subject customer-4711                      (what would happen)",
      "  logitstream forget --subject customer-4711 --yes",
      "  logitstream forget --prompt q3Zb0yVx2mTn8LkP5wHs1A --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ForgetCommand implements Callable<Integer> {
  private static final int AGAIN_LATER = 16;
  private static final Duration INDEX_WITHIN = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(names = "--yes", description = "Write the tombstones.")
  private boolean yes;

  @Mixin private ConfigurationOptions options;
  @Mixin private IndexOptions index;
  @Mixin private OutputOption output;

  /** What is forgotten. */
  static final class What {
    @Option(
        names = "--prompt",
        paramLabel = "ID",
        description = "A promptId; may be given several times.")
    private @Nullable List<String> prompts;

    @Option(
        names = "--subject",
        paramLabel = "S",
        description = "Whom the data is about: all prompts with this subject.")
    private @Nullable String subject;
  }

  @Override
  public Integer call() throws Exception {
    Configuration configuration = index.load(options);
    KafkaSettings kafka = KafkaSettings.from(configuration);
    KafkaClients clients = new KafkaClients(kafka, "forget");
    RemoteView view = IndexOptions.open(configuration);
    List<String> prompts = IndexOptions.patiently(() -> prompts(view));
    Map<String, TopicRemoval> topics;
    try (Admin admin = clients.admin()) {
      topics = TopicRemoval.read(admin, ErasurePlanner.topics(kafka.topicPrefix()));
    }
    ErasurePlan plan =
        IndexOptions.patiently(
            () ->
                new ErasurePlanner(view, kafka.topicPrefix(), topics, Clock.systemUTC())
                    .plan(prompts));
    int tombstones = 0;
    boolean confirmed = true;
    if (yes) {
      tombstones = new Eraser(clients).erase(plan);
      confirmed = Eraser.awaitIndex(plan, kafka.topicPrefix(), view, INDEX_WITHIN);
    }
    PrintWriter out = spec.commandLine().getOut();
    ErasureReport report = new ErasureReport(plan, yes, tombstones, confirmed);
    if (output.isJson()) {
      out.println(OutputOption.json(report.json()));
    } else {
      report.print(out);
    }
    return status(plan, confirmed);
  }

  private List<String> prompts(RemoteView view) {
    if (what.subject != null) {
      return ErasurePlanner.promptsOf(view, what.subject);
    }
    return what.prompts == null ? List.of() : what.prompts;
  }

  private int status(ErasurePlan plan, boolean confirmed) {
    if (plan.prompts().isEmpty()) {
      return TraceCommand.UNKNOWN;
    }
    boolean again = yes && (!confirmed || !plan.notYetScored().isEmpty());
    return again ? AGAIN_LATER : ExitStatus.OK.code();
  }
}
