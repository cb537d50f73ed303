package io.logitstream.console;

import io.logitstream.console.commands.LogitstreamCommand;
import io.logitstream.console.logging.Logging;
import io.logitstream.model.torchscript.TorchCalls;
import io.logitstream.platform.http.BoundedHttpServer;
import io.logitstream.platform.lifecycle.ShutdownHook;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine;

/** The only main: runs a command and ends the process with its exit status. */
public final class Main {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Runtime.getRuntime().addShutdownHook(new Thread(Main::endCalls, "torch-calls-end"));
    BoundedHttpServer.limitAll();
    int status = run(System.getenv(), out, err, arguments);
    out.flush();
    err.flush();
    System.exit(status);
  }

  /** The last of what ends: a signal may come in the middle of a command's computation. */
  private static void endCalls() {
    try {
      ShutdownHook.awaitDrained();
      TorchCalls.ofProcess().end(LONGEST_CALL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs a command without ending the process.
   *
   * @param environment the environment that settings may be read from
   * @return the exit status
   */
  public static int run(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
    LogitstreamCommand root = new LogitstreamCommand(environment);
    CommandLine commandLine = new CommandLine(root);
    commandLine
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(new FailureReport(root))
        .setParameterExceptionHandler(new UsageReport());
    return commandLine
        .setExecutionStrategy(
            parsed -> {
              if (root.isVerbose()) {
                Logging.verbose();
              }
              return new CommandLine.RunLast().execute(parsed);
            })
        .execute(arguments);
  }
}
