package io.logitstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ports of 127.0.0.1. What was free may be taken a moment later: callers try again. */
final class LoopbackPorts {

  static final String HOST = "127.0.0.1";
  private static final int ATTEMPTS_MAX = 20;

  private LoopbackPorts() {}

  /** Address of a port, of any free one for 0. */
  static InetSocketAddress address(int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(HOST, new byte[] {127, 0, 0, 1}), port);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A port that is free now and is not the given one. */
  static int freeOtherThan(int taken) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        socket.bind(address(0));
        if (socket.getLocalPort() != taken) {
          return socket.getLocalPort();
        }
      }
      throw new EmbeddedStartException("No free port found on " + HOST, null);
    } catch (IOException e) {
      throw new EmbeddedStartException("No free port found on " + HOST, e);
    } finally {
      held.forEach(LoopbackPorts::close);
    }
  }

  /** Whether the port can be listened on now. */
  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address(port));
      return true;
    } catch (BindException taken) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("Could not try port " + port + " on " + HOST, e);
    }
  }

  /** Whether this failure says that an address was already in use. */
  static boolean isBindFailure(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
