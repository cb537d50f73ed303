package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else listens on the port that a command was given. */
class TakenPortTest {
  @TempDir private Path folder;
  private ServerSocket taken;

  @BeforeEach
  void take() throws Exception {
    taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
  }

  @AfterEach
  void free() throws Exception {
    taken.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "teach --model demo-teacher",
        "train --student demo-student --run run",
        "produce --source texts texts",
        "produce --source api --http 0",
        "index --port 0"
      })
  void aServiceWhoseHealthPortIsTakenEndsAndNamesPortAndSetting(String service) {
    List<String> command = new ArrayList<>(Arrays.asList(service.split(" ")));
    command.addAll(List.of("--set", "health.port=" + taken.getLocalPort()));

    Invocation refused = Invocation.of(command.toArray(String[]::new));

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("logitstream: cannot listen on 127.0.0.1, port " + taken.getLocalPort())
        .contains("set health.port to a free port, or to 0 for any");
  }

  @Test
  void aBrokerWhosePortIsTakenTouchesNothingAndNamesPortAndOption() {
    Invocation refused =
        Invocation.of(
            "broker",
            "--port",
            Integer.toString(taken.getLocalPort()),
            "--data",
            folder.resolve("data").toString());

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .startsWith("logitstream: Port " + taken.getLocalPort() + " on 127.0.0.1 is taken")
        .contains("0 for a free one");
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
