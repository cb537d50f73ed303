package io.logitstream.console.commands;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.schemas.topics.TopicSpecification;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Creates the topics that are missing. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Creates those of a pipeline's topics that are missing, verifies all of them, and registers"
          + " their schemas.",
      "Topics that exist are never changed.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream topics create",
      "  logitstream topics create --erasure",
      "  logitstream topics create --set topics.prefix=trial- --set topics.partitions=8",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TopicsCreateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Option(
      names = "--erasure",
      description = {
        "Set the pipeline up for forgetting single prompts: prompts, logits and their dead letters are compacted besides being kept by time.",
        "Short for --set topics.erasure=true."
      })
  private boolean erasure;

  @Option(names = "--no-schemas", description = "Leave the schema registry alone.")
  private boolean withoutSchemas;

  @Override
  public Integer call() {
    Configuration configuration =
        options.loadToAsk(
            new Shortcuts().put("topics.erasure", erasure ? true : null).values(),
            TopicSettings.SETTINGS);
    List<TopicSpecification> topics = TopicSettings.from(configuration).pipeline();
    KafkaSettings kafka = KafkaSettings.from(configuration);
    List<String> created;
    try (Admin admin = new KafkaClients(kafka, "topics").admin()) {
      created = Topics.create(admin, topics);
      Topics.verify(admin, topics);
    }
    Map<String, Integer> schemas = withoutSchemas ? Map.of() : SchemaRegistration.register(kafka);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      List<String> existed =
          topics.stream()
              .map(TopicSpecification::name)
              .filter(name -> !created.contains(name))
              .toList();
      out.println(
          OutputOption.json(Map.of("created", created, "existed", existed, "schemas", schemas)));
    } else {
      for (TopicSpecification topic : topics) {
        out.printf(
            "%-8s %s (%d %s)%n",
            created.contains(topic.name()) ? "created" : "exists",
            topic.name(),
            topic.partitions(),
            topic.partitions() == 1 ? "partition" : "partitions");
      }
      if (!withoutSchemas) {
        out.println("%d schemas are registered".formatted(schemas.size()));
      }
    }
    return ExitStatus.OK.code();
  }
}
