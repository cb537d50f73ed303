package io.logitstream.console.commands;

import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs an instance of the lineage index. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Keeps the index from prompts to the training steps and checkpoints that came of them, and"
          + " answers 'trace' and 'forget', until stopped.",
      "Instances of one group share the partitions and answer for one another. Each needs a folder"
          + " of its own; what it holds is rebuilt from the index's own topics where it is lost.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream index",
      "  logitstream index --data /var/lib/logitstream/index --port 8090 --set health.port=9103",
      "  logitstream index --data second --port 0      (a second instance on this machine)",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class IndexCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of this instance's stores: short for --set index.data=…")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port that it answers on; 0 for a free one: short for --set index.port=…")
  private @Nullable Integer port;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    Shortcuts shortcuts = new Shortcuts().put("index.data", data).put("index.port", port);
    Configuration configuration = options.load(shortcuts.values(), IndexSettings.SETTINGS);
    return ServiceProcess.run(
        "index",
        configuration,
        new ServiceRights(KafkaSettings.from(configuration).topicPrefix())
            .index(IndexSettings.from(configuration).group()),
        (meters, health) -> {
          LineageIndex index =
              new LineageIndex(
                  IndexSettings.from(configuration),
                  KafkaSettings.from(configuration),
                  meters,
                  health);
          return new ServiceProcess.Running(index, index::news, index::status);
        });
  }
}
