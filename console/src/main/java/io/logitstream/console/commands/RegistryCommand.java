package io.logitstream.console.commands;

import io.logitstream.embedded.EmbeddedRegistry;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a schema registry over a broker that is there already. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs a schema registry over a Kafka broker until stopped ('broker' brings its own).",
      "It speaks Confluent's REST interface and keeps schemas in the topic _schemas.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  logitstream registry --bootstrap-servers localhost:9092 --port 8081"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class RegistryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "The broker (default: ${DEFAULT-VALUE}).")
  private String bootstrapServers;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description =
          "The registry's port on loopback; 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    return UntilStopped.run(this::open);
  }

  private AutoCloseable open() {
    EmbeddedRegistry registry = EmbeddedRegistry.start(bootstrapServers, port);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(Map.of("registryUrl", registry.url())));
    } else {
      out.println("Schema registry  " + registry.url());
      out.println("Ctrl-C stops.");
    }
    out.flush();
    return registry;
  }
}
