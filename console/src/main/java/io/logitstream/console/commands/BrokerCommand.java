package io.logitstream.console.commands;

import io.logitstream.embedded.BrokerHalt;
import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs Kafka and a schema registry on this machine. */
@Command(
    name = "broker",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs a Kafka broker and a schema registry in this process until stopped.",
      "They listen on loopback only, without authentication; any Kafka client on this machine can"
          + " join. Records survive restarts on the same folder.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream broker",
      "  logitstream broker --port 0 --registry-port 0 --data /tmp/pipeline",
      "  logitstream topics create                 (in another terminal)",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BrokerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "The broker's port; 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "The registry's port; 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int registryPort;

  @Option(names = "--no-registry", description = "Run the broker alone.")
  private boolean withoutRegistry;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = ".logitstream/broker",
      description = "Where records are kept (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    return UntilStopped.run(this::open);
  }

  private AutoCloseable open() {
    PrintWriter err = spec.commandLine().getErr();
    BrokerHalt.tell(data.toAbsolutePath().normalize(), words -> println(err, words));
    EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(data, port));
    try {
      Optional<EmbeddedRegistry> registry =
          withoutRegistry
              ? Optional.empty()
              : Optional.of(EmbeddedRegistry.start(broker.bootstrapServers(), registryPort));
      print(broker, registry);
      return () -> {
        registry.ifPresent(EmbeddedRegistry::close);
        broker.close();
      };
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
  }

  private static void println(PrintWriter err, String words) {
    err.println("logitstream: " + words);
    err.flush();
  }

  private void print(EmbeddedBroker broker, Optional<EmbeddedRegistry> registry) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      Map<String, String> addresses = new LinkedHashMap<>();
      addresses.put("bootstrapServers", broker.bootstrapServers());
      registry.ifPresent(started -> addresses.put("registryUrl", started.url()));
      addresses.put("data", data.toAbsolutePath().normalize().toString());
      out.println(OutputOption.json(addresses));
    } else {
      out.println("Kafka broker     " + broker.bootstrapServers());
      registry.ifPresent(started -> out.println("Schema registry  " + started.url()));
      out.println("Records          " + data.toAbsolutePath().normalize());
      out.println();
      out.println("Logitstream's commands and any other Kafka client on this machine connect with");
      out.println("  bootstrap.servers=" + broker.bootstrapServers());
      registry.ifPresent(started -> out.println("  schema.registry.url=" + started.url()));
      out.println("Next: logitstream topics create" + connection(broker, registry));
      out.println("Ctrl-C stops.");
    }
    out.flush();
  }

  /** The options that other commands need to come here; none where they do by default. */
  private String connection(EmbeddedBroker broker, Optional<EmbeddedRegistry> registry) {
    String options = port == 9092 ? "" : " --bootstrap-servers " + broker.bootstrapServers();
    return registry.isEmpty() || registryPort == 8081
        ? options
        : options + " --registry-url " + registry.get().url();
  }
}
