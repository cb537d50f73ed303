package io.logitstream.console.commands;

import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.HealthSettings;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.producer.OfferedOptions;
import io.logitstream.producer.ProducerProgress;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import io.logitstream.producer.http.HttpPromptProducer;
import io.logitstream.producer.http.HttpSettings;
import io.logitstream.producer.lines.LinesPromptProducer;
import io.logitstream.producer.lines.LinesSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes prompts. */
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Publishes prompts: the texts of files, folders, JARs and ZIPs; or lines of JSON (--lines);"
          + " or what clients offer over HTTP (--http). Until they are at their end, or it is"
          + " stopped.",
      "A source goes on where its last transaction ended, crashes included: no prompt is left out"
          + " or published twice.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream produce --source code java=libraries/java scala=libraries/scala --rate 20",
      "  logitstream produce --source notes ~/notes --set prompt.max-characters=2000",
      "  generate | logitstream produce --source generated --lines -",
      "  logitstream produce --source gateway --lines /var/log/gateway.jsonl --follow",
      "  logitstream produce --source api --http 8080",
      "  curl localhost:8080/v1/prompts -H 'Content-Type: application/json' \\",
      "    -d '{\"key\": \"k1\", \"text\": \"some text\"}'",
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
      description = "Prompts a second of PATH: short for --set pacing.prompts-per-second=…")
  private @Nullable Double rate;

  @Option(
      names = "--lines",
      paramLabel = "FILE",
      arity = "1",
      description =
          "Read prompts as lines of JSON from files, or from standard input (-): short for --set"
              + " lines.files=…")
  private @Nullable List<String> lines;

  @Option(
      names = "--follow",
      description = "Wait for more lines: short for --set lines.follow=true")
  private boolean follow;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description = "Take prompts at POST /v1/prompts: short for --set intake.http.port=…")
  private @Nullable Integer http;

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    if ((paths == null ? 0 : 1) + (lines == null ? 0 : 1) + (http == null ? 0 : 1) > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "PATH, --lines and --http are different intakes, of which a source has one: choose");
    }
    String pace = ProducerSettings.PROMPTS_PER_SECOND.name();
    if ((rate != null || options.isSet(pace)) && (lines != null || http != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--rate (--set %s=…) paces the texts of PATH; lines and HTTP are taken as fast as they come: leave it out"
              .formatted(pace));
    }
    Shortcuts shortcuts =
        new Shortcuts()
            .put("source.paths", paths == null ? null : String.join(",", paths))
            .put("source.name", source)
            .put(pace, rate)
            .put("lines.files", lines == null ? null : String.join(",", lines))
            .put("lines.follow", follow ? true : null)
            .put("intake.http.port", http);
    if (lines != null) {
      return produceLines(options.load(shortcuts.values(), settings(LinesSettings.SETTINGS)));
    }
    if (http != null) {
      return produceHttp(options.load(shortcuts.values(), settings(HttpSettings.SETTINGS)));
    }
    Configuration configuration = options.load(shortcuts.values(), ProducerSettings.SETTINGS);
    return ServiceProcess.run(
        "producer",
        configuration,
        needed(configuration, ProducerSettings.from(configuration).source().name()),
        (meters, health) -> {
          PromptProducer producer =
              new PromptProducer(ProducerSettings.from(configuration), meters, health);
          return new ServiceProcess.Running(
              producer, () -> news(producer.progress()), producer::status);
        });
  }

  private static List<Setting<?>> settings(List<Setting<?>> ofIntake) {
    List<Setting<?>> settings = new ArrayList<>(OfferedOptions.SETTINGS);
    settings.addAll(ofIntake);
    settings.addAll(HealthSettings.SETTINGS);
    return settings;
  }

  private static int produceLines(Configuration configuration) {
    return ServiceProcess.run(
        "producer",
        configuration,
        needed(configuration, OfferedOptions.read(configuration).acceptance().source()),
        (meters, health) -> {
          LinesPromptProducer producer =
              new LinesPromptProducer(
                  OfferedOptions.read(configuration),
                  LinesSettings.from(configuration),
                  System.in,
                  meters,
                  health);
          return new ServiceProcess.Running(producer, producer::news, producer::status);
        });
  }

  private static int produceHttp(Configuration configuration) {
    return ServiceProcess.run(
        "producer",
        configuration,
        needed(configuration, OfferedOptions.read(configuration).acceptance().source()),
        (meters, health) -> {
          HttpPromptProducer producer =
              new HttpPromptProducer(
                  OfferedOptions.read(configuration),
                  HttpSettings.from(configuration),
                  meters,
                  health);
          return new ServiceProcess.Running(producer, producer::news, producer::status);
        });
  }

  private static NeededRights needed(Configuration configuration, String source) {
    return new ServiceRights(KafkaSettings.from(configuration).topicPrefix()).producer(source);
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
