package io.logitstream.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedHttpServerTest {
  private static final int END = -1;

  private final HttpServer server = BoundedHttpServer.bind("127.0.0.1", 0, "test");
  private final List<Socket> open = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    server.stop(0);
  }

  @Test
  void oneConnectionMoreThanThereMayBeIsClosedAndTheOthersAreAnswered() throws Exception {
    server.start();
    for (int i = 0; i < BoundedHttpServer.CONNECTIONS; i++) {
      connect();
    }

    assertThat(read(connect())).isEqualTo(END);

    Socket first = open.get(0);
    first
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(read(first)).isEqualTo('H');
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", server.getAddress().getPort());
    open.add(socket);
    return socket;
  }

  /** What a peer that is gone makes of a read: the end, or a reset. */
  private static int read(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return END;
    }
  }
}
