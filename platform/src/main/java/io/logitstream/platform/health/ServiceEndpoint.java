package io.logitstream.platform.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.http.BearerToken;
import io.logitstream.platform.http.BoundedHttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serves {@code /metrics}, {@code /status}, {@code /livez} and {@code /readyz}. */
public final class ServiceEndpoint implements AutoCloseable {
  /** The port that stands for no endpoint. */
  public static final int OFF = -1;

  private final HealthSettings settings;
  private final PrometheusMeterRegistry meters;
  private final ServiceStatus status;
  private final Health health;
  private final @Nullable HttpServer server;
  private final @Nullable ExecutorService threads;

  private ServiceEndpoint(
      HealthSettings settings,
      PrometheusMeterRegistry meters,
      ServiceStatus status,
      @Nullable HttpServer server,
      @Nullable ExecutorService threads) {
    this.settings = settings;
    this.meters = meters;
    this.status = status;
    this.health = status.health();
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts serving.
   *
   * @param settings with the port {@link #OFF} there is no endpoint
   * @throws io.logitstream.platform.LogitstreamException (CONFIGURATION) if the port is taken
   */
  public static ServiceEndpoint start(
      HealthSettings settings, PrometheusMeterRegistry meters, ServiceStatus status) {
    if (settings.port() == OFF) {
      return new ServiceEndpoint(settings, meters, status, null, null);
    }
    Gauge.builder("logitstream.ready", status.health(), asked -> asked.isReady() ? 1 : 0)
        .description("1 while the service is ready, as /readyz says")
        .register(meters);
    HttpServer server = BoundedHttpServer.bind(settings.host(), settings.port(), "health.port");
    ExecutorService threads = BoundedHttpServer.threads("health");
    ServiceEndpoint endpoint = new ServiceEndpoint(settings, meters, status, server, threads);
    server.setExecutor(threads);
    server.createContext("/", endpoint::handle);
    server.start();
    return endpoint;
  }

  /** The port that is served; empty where the endpoint is off. */
  public OptionalInt port() {
    return server == null ? OptionalInt.empty() : OptionalInt.of(server.getAddress().getPort());
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
    }
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        answer(exchange, 405, "text/plain; charset=utf-8", "only GET\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" ->
            restricted(exchange, "text/plain; version=0.0.4; charset=utf-8", this::scrape);
        case "/status" -> restricted(exchange, "application/json", status::json);
        case "/livez" -> state(exchange, health.isLive());
        case "/readyz" -> state(exchange, health.isReady());
        default ->
            answer(
                exchange,
                404,
                "text/plain; charset=utf-8",
                "not found; here are /metrics, /status, /livez and /readyz\n");
      }
    }
  }

  private byte[] scrape() {
    return meters.scrape().getBytes(StandardCharsets.UTF_8);
  }

  private void restricted(HttpExchange exchange, String type, Supplier<byte[]> body)
      throws IOException {
    if (settings.token().isBroughtBy(exchange)) {
      answer(exchange, 200, type, body.get());
    } else {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      answer(exchange, 401, "text/plain; charset=utf-8", BearerToken.EXPECTED + "\n");
    }
  }

  private void state(HttpExchange exchange, boolean good) throws IOException {
    answer(
        exchange,
        good ? 200 : 503,
        "text/plain; charset=utf-8",
        (good ? "ok\n" : "no\n") + String.join("\n", health.reasons()) + "\n");
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    answer(exchange, status, type, body.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
