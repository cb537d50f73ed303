package io.logitstream.systemtests;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of this machine that are free, for processes whose ports must be named beforehand. They lie
 * below those that systems hand out to who asks for any port, and nobody is given the same one
 * twice: it is still free when it is listened on, and when that process is started again.
 */
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int COUNT = 10_000;

  /** Test processes beside this one begin elsewhere. */
  private static final AtomicInteger NEXT = new AtomicInteger(new Random().nextInt(COUNT));

  private FreePorts() {}

  /** A port that nobody listens on now. */
  public static int one() throws IOException {
    for (int attempt = 0; attempt < COUNT; attempt++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (BindException taken) {
        // The next one may be free.
      }
    }
    throw new IOException("no port from %d on is free, of %d".formatted(FIRST, COUNT));
  }

  /** Different ports, none of which anybody listens on now. */
  public static List<Integer> find(int count) throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(one());
    }
    return List.copyOf(ports);
  }
}
