package io.logitstream.console.commands;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.topics.TopicSpecification;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Creates the topics that are missing. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Creates those of a pipeline's topics that are missing, and verifies all of them.",
      "Topics that exist are never changed.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream topics create",
      "  logitstream topics create --set topics.prefix=trial- --set topics.partitions=8",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TopicsCreateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    List<TopicSpecification> topics = TopicSettings.from(configuration).pipeline();
    List<String> created;
    try (Admin admin = new KafkaClients(KafkaSettings.from(configuration), "topics").admin()) {
      created = Topics.create(admin, topics);
      Topics.verify(admin, topics);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      List<String> existed =
          topics.stream()
              .map(TopicSpecification::name)
              .filter(name -> !created.contains(name))
              .toList();
      out.println(OutputOption.json(Map.of("created", created, "existed", existed)));
    } else {
      for (TopicSpecification topic : topics) {
        out.printf(
            "%-8s %s (%d %s)%n",
            created.contains(topic.name()) ? "created" : "exists",
            topic.name(),
            topic.partitions(),
            topic.partitions() == 1 ? "partition" : "partitions");
      }
    }
    return ExitStatus.OK.code();
  }
}
