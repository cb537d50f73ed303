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
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks that the topics stand as they must. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Checks partitions, clean-up policy, sizes and timestamps of a pipeline's topics.",
      "What does not fit is named with the command that mends it, and the exit code is 2.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream topics verify --bootstrap-servers broker:9092",
      "  logitstream topics verify --erasure",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TopicsVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Option(
      names = "--erasure",
      description = {
        "Expect topics that are set up for forgetting single prompts.",
        "Short for --set topics.erasure=true."
      })
  private boolean erasure;

  @Override
  public Integer call() {
    Configuration configuration =
        options.loadToAsk(
            new Shortcuts().put("topics.erasure", erasure ? true : null).values(),
            TopicSettings.SETTINGS);
    List<TopicSpecification> topics = TopicSettings.from(configuration).pipeline();
    try (Admin admin = new KafkaClients(KafkaSettings.from(configuration), "topics").admin()) {
      Topics.verify(admin, topics);
    }
    PrintWriter out = spec.commandLine().getOut();
    List<String> names = topics.stream().map(TopicSpecification::name).toList();
    out.println(
        output.isJson()
            ? OutputOption.json(Map.of("verified", names))
            : "%d topics stand as they must".formatted(names.size()));
    return ExitStatus.OK.code();
  }
}
