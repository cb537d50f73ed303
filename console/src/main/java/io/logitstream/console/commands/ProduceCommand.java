package io.logitstream.console.commands;

import io.logitstream.platform.config.Configuration;
import io.logitstream.producer.ProducerProgress;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes prompts. */
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Publishes the texts of files, folders, JARs and ZIPs as prompts, until they are at their end"
          + " or it is stopped.",
      "A source goes on where its last transaction ended, crashes included: no prompt is left out"
          + " or published twice.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream produce --source code java=libraries/java scala=libraries/scala --rate 20",
      "  logitstream produce --source notes ~/notes --set prompt.max-characters=2000",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ProduceCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "[DOMAIN=]PATH",
      description = "What is read: short for --set source.paths=…")
  private @Nullable List<String> paths;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Identity of the source: short for --set source.name=…")
  private @Nullable String source;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Prompts a second: short for --set pacing.prompts-per-second=…")
  private @Nullable Double rate;

  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    Shortcuts shortcuts =
        new Shortcuts()
            .put("source.paths", paths == null ? null : String.join(",", paths))
            .put("source.name", source)
            .put("pacing.prompts-per-second", rate);
    Configuration configuration = options.load(shortcuts.values(), ProducerSettings.SETTINGS);
    return ServiceProcess.run(
        "producer",
        configuration,
        (meters, health) -> {
          PromptProducer producer =
              new PromptProducer(ProducerSettings.from(configuration), meters, health);
          return new ServiceProcess.Running(producer, () -> news(producer.progress()));
        });
  }

  private static String news(ProducerProgress progress) {
    return String.format(
        Locale.ROOT,
        "%,d prompts published (%,d held out, %,d characters); the next is %,d%s",
        progress.prompts(),
        progress.heldOutPrompts(),
        progress.characters(),
        progress.nextIndex(),
        progress.finished() ? "; the source is at its end" : "");
  }
}
