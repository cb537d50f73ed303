package io.logitstream.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the console in a process of its own, as an operator runs it. */
final class ServiceProcess implements AutoCloseable {
  /** Most of these processes live for seconds: starting is what they spend their time on. */
  /** A collection that leaves dead objects where they lie would count them among the live ones. */
  private static final String COMPACT_WHOLLY = "-XX:MarkSweepDeadRatio=0";

  private static final List<String> OPTIONS =
      List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", COMPACT_WHOLLY);

  private final String name;
  private final List<String> command;
  private final Path log;
  private Process process;

  private ServiceProcess(String name, List<String> command, Path log) throws IOException {
    this.name = name;
    this.command = command;
    this.log = log;
    this.process = launch();
  }

  /**
   * Starts a command.
   *
   * @param classPath of the build that it is a command of
   * @param logs folder that receives NAME.log
   * @param arguments the command and its options
   */
  static ServiceProcess start(String name, String classPath, Path logs, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(List.of("-cp", classPath));
    command.add("io.logitstream.console.Main");
    command.addAll(arguments);
    return new ServiceProcess(name, command, logs.resolve(name + ".log"));
  }

  private Process launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder
        .environment()
        .putAll(
            Map.of(
                "MALLOC_MMAP_MAX_",
                "0",
                "GOMP_SPINCOUNT",
                "1000",
                "ONEDNN_PRIMITIVE_CACHE_CAPACITY",
                "64"));
    return builder.start();
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL, then the same command again. */
  void killAndRestart() throws IOException, InterruptedException {
    kill();
    restart();
  }

  /** The same command again. */
  void restart() throws IOException {
    process = launch();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException(name + " survived SIGKILL");
    }
  }

  /** SIGTERM. */
  void requestEnd() {
    process.destroy();
  }

  /** SIGTERM, and the exit code once the process has ended. */
  int terminate(long seconds) throws IOException, InterruptedException {
    requestEnd();
    return awaitExit(seconds);
  }

  /** SIGSTOP: the process stands still with all its connections. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT: it goes on, and has not noticed. */
  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    if (status != 0 && process.isAlive()) {
      throw new IllegalStateException("kill -%s %s: %d".formatted(signal, name, status));
    }
  }

  /** The exit code once the process ends by itself. */
  int awaitExit(long seconds) throws InterruptedException, IOException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " still runs after " + seconds + " s:\n" + output());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it has printed so far, over all its starts. */
  String output() throws IOException {
    return Files.readString(log);
  }

  /** What several have printed, one after another. */
  static String outputs(List<ServiceProcess> processes) {
    StringBuilder outputs = new StringBuilder();
    for (ServiceProcess process : processes) {
      try {
        outputs.append(process.name).append(":\n").append(process.output()).append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return outputs.toString();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
