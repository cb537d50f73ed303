package io.logitstream.lineage.http;

import com.fasterxml.jackson.core.type.TypeReference;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.logitstream.lineage.http.Question.Arguments;
import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.Tracer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.http.BoundedHttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions over HTTP, without authentication: on loopback, unless its settings say
 * otherwise.
 *
 * <pre>
 * GET  /v1/trace?prompt=ID    what became of a prompt
 * GET  /v1/status             how the index stands
 * POST /v1/NAME               a question of IndexView, arguments as a JSON object; of all instances
 * POST /own/NAME              the same, of this instance alone: for the others
 * </pre>
 *
 * Errors are {@code {"error": …}} with 400, 404, 405, 413 or, while stores are moved or restored,
 * 503.
 */
public final class IndexEndpoint implements AutoCloseable {
  static final String ALL = "/v1/";
  static final String OWN = "/own/";

  private static final Logger LOGGER = LoggerFactory.getLogger(IndexEndpoint.class);

  /** A question to the whole index waits for other instances, which may be asking this one. */
  private static final int MAX_THREADS = 32;

  private static final int MAX_BODY_BYTES = 4 << 20;

  private final HttpServer server;
  private final ExecutorService threads;
  private final MeterRegistry meters;
  private volatile @Nullable Answers answers;

  /**
   * Who answers.
   *
   * @param own this instance's part
   * @param all the whole index
   * @param status how the index stands
   */
  public record Answers(IndexView own, IndexView all, Supplier<IndexStatus> status) {}

  private IndexEndpoint(HttpServer server, ExecutorService threads, MeterRegistry meters) {
    this.server = server;
    this.threads = threads;
    this.meters = meters;
  }

  /**
   * Listens; every question is answered with 503 until {@link #answerFrom} says from what.
   *
   * @param port the port; 0 for a free one
   * @throws LogitstreamException CONFIGURATION if the port is taken or the host is none of this
   *     machine's
   */
  public static IndexEndpoint start(String host, int port, MeterRegistry meters) {
    HttpServer server = BoundedHttpServer.bind(host, port, "index.port");
    ExecutorService threads =
        new ThreadPoolExecutor(
            0,
            MAX_THREADS,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "index-questions");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.CallerRunsPolicy());
    IndexEndpoint endpoint = new IndexEndpoint(server, threads, meters);
    server.setExecutor(threads);
    server.createContext("/", endpoint::handle);
    server.start();
    return endpoint;
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Begins to answer. */
  public void answerFrom(Answers source) {
    answers = source;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    long startNanos = System.nanoTime();
    int status;
    byte[] body;
    String path = exchange.getRequestURI().getPath();
    try (exchange) {
      try {
        body = IndexJson.bytes(answer(exchange, path));
        status = 200;
      } catch (Refusal e) {
        status = e.status;
        body = error(e);
      } catch (IllegalArgumentException e) {
        status = 400;
        body = error(e);
      } catch (LogitstreamException e) {
        status = e.kind() == FailureKind.RETRYABLE ? 503 : 500;
        body = error(e);
      } catch (RuntimeException e) {
        LOGGER.error("could not answer {}", path, e);
        status = 500;
        body = error(e);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
    Timer.builder("logitstream.index.questions")
        .description("Questions that were answered, by status")
        .tag("status", Integer.toString(status))
        .register(meters)
        .record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
  }

  private Object answer(HttpExchange exchange, String path) throws IOException {
    Answers source = answers;
    if (source == null) {
      throw new LogitstreamException(FailureKind.RETRYABLE, "the index is starting");
    }
    Arguments arguments = arguments(exchange);
    if (path.equals(ALL + "trace")) {
      if (arguments.prompt() == null) {
        throw new IllegalArgumentException("'prompt' is missing");
      }
      return new Tracer(source.all()).trace(arguments.prompt());
    }
    if (path.equals(ALL + "status")) {
      return source.status().get();
    }
    for (Question<?> question : Question.ALL) {
      if (path.equals(ALL + question.name())) {
        return question.ask(source.all(), arguments);
      }
      if (path.equals(OWN + question.name())) {
        return question.ask(source.own(), arguments);
      }
    }
    throw new Refusal(404, "not found; here are /v1/trace?prompt=ID and /v1/status");
  }

  private static Arguments arguments(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "POST" -> {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
          throw new Refusal(413, "more than %d bytes".formatted(MAX_BODY_BYTES));
        }
        return IndexJson.value(body, new TypeReference<>() {});
      }
      case "GET" -> {
        String query = exchange.getRequestURI().getRawQuery();
        String prefix = "prompt=";
        return query != null && query.startsWith(prefix)
            ? Arguments.ofPrompt(
                URLDecoder.decode(query.substring(prefix.length()), StandardCharsets.UTF_8))
            : Arguments.NONE;
      }
      default -> {
        exchange.getResponseHeaders().set("Allow", "GET, POST");
        throw new Refusal(405, "only GET and POST");
      }
    }
  }

  private static byte[] error(Throwable failure) {
    return IndexJson.bytes(Map.of("error", String.valueOf(failure.getMessage())));
  }

  /** The reason in a body that tells of an error. */
  static String error(byte[] body) {
    try {
      return IndexJson.value(body, new TypeReference<Map<String, String>>() {})
          .getOrDefault("error", "no reason");
    } catch (IllegalArgumentException e) {
      return "no reason that this build can read";
    }
  }

  /** A question that is none. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    Refusal(int status, String message) {
      super(message);
      this.status = status;
    }
  }
}
