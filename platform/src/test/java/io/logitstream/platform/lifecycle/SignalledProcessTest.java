package io.logitstream.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.health.Health;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process of its own, because a test cannot survive a signal to its own. */
@DisabledOnOs(OS.WINDOWS)
class SignalledProcessTest {
  @Test
  void sigtermDrainsTheServiceBeforeTheProcessEnds() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("working");

      // Process.destroy would close the streams too.
      process.toHandle().destroy();

      assertThat(output.readLine()).isEqualTo("drained");
      assertThat(output.readLine()).isEqualTo("status OK");
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The process. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) {
      StopSignal stop = new StopSignal();
      Duration drain = Duration.ofSeconds(30);
      try (ShutdownHook hook = ShutdownHook.install(stop, drain)) {
        ExitStatus status =
            new ServiceRunner(stop, drain, new Health())
                .run(
                    Map.of(
                        "service",
                        signal -> {
                          System.out.println("working");
                          if (signal.await(Duration.ofMinutes(1))) {
                            System.out.println("drained");
                          }
                        }));
        System.out.println("status " + status);
      }
    }
  }
}
