package io.logitstream.platform.http;

import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Binds the JDK's HTTP server, with bounds on how long a request and an answer may take and on
 * connections, idle ones and all: a client that sends a byte a minute must not hold a thread for
 * ever, nor a thousand of them the process's memory.
 */
public final class BoundedHttpServer {
  /** After which an answer is cut off that is not written. */
  public static final Duration ANSWER_WITHIN = Duration.ofSeconds(120);

  private static final String REQUEST_SECONDS = "30";
  private static final String IDLE_CONNECTIONS = "256";

  /** One more is closed as soon as it is accepted. */
  static final int CONNECTIONS = 1024;

  private static final int BACKLOG = 128;
  private static final int IDLE_THREAD_SECONDS = 30;

  static {
    // The server reads these once, when the first one of the process is made.
    setIfAbsent("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    setIfAbsent("sun.net.httpserver.maxRspTime", Long.toString(ANSWER_WITHIN.toSeconds()));
    setIfAbsent("sun.net.httpserver.maxIdleConnections", IDLE_CONNECTIONS);
    setIfAbsent("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS));
  }

  private BoundedHttpServer() {}

  /**
   * Puts the bounds in force for every server of the process, of whoever makes it. Without this
   * they are from the first {@link #bind} on, if no other server was made before.
   */
  public static void limitAll() {
    // Done when the class was loaded.
  }

  /**
   * Binds a server that is not started yet.
   *
   * @param host an address or name of this machine
   * @param port the port; 0 for a free one
   * @param setting the setting of the port, for the message
   * @throws LogitstreamException CONFIGURATION if the port is taken or the host is none of this
   *     machine
   */
  public static HttpServer bind(String host, int port, String setting) {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
    } catch (UnknownHostException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION, "there is no host %s to listen on".formatted(host), e);
    } catch (IOException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "cannot listen on %s, port %d (%s): set %s to a free port, or to 0 for any"
              .formatted(host, port, e.getMessage(), setting),
          e);
    }
  }

  /**
   * Threads for the requests of a server, made when they are needed: one for each connection that
   * there may be. A request is read on its thread, so who sends slowly holds up nobody else.
   *
   * @param name of the threads
   */
  public static ExecutorService threads(String name) {
    return new ThreadPoolExecutor(
        0,
        CONNECTIONS,
        IDLE_THREAD_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
