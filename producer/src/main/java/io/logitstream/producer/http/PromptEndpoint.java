package io.logitstream.producer.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.http.BearerToken;
import io.logitstream.platform.http.BoundedHttpServer;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.intake.Receipt;
import io.logitstream.producer.offered.OfferedPromptJson;
import io.logitstream.producer.offered.RefusedPromptException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/prompts}, and its description at {@code /openapi.json}. Requests are read a few
 * at once, put into the queue, and answered by whoever completes their receipts: waiting for the
 * broker holds no thread.
 */
final class PromptEndpoint implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptEndpoint.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int READ_AT_ONCE = 16;
  private static final int TURN_SECONDS = 5;
  private static final String TOO_LARGE = "too-large";
  private static final String BUSY = "busy";
  private static final String RETRY_SECONDS = "1";
  private static final int STOP_SECONDS = 1;
  private static final int DISCARDED_AT_ONCE_BYTES = 16 << 10;
  private static final long DISCARDED_BYTES_MAX = 256L << 20;
  private static final int ANSWERING_THREADS = 4;
  private static final int ANSWERING_SECONDS = 5;

  private final HttpSettings settings;
  private final OfferedPromptJson prompts;
  private final PromptQueue queue;
  private final IntakeMeters meters;
  private final byte[] openApi;
  private final HttpServer server;
  private final ExecutorService threads = BoundedHttpServer.threads("intake-http");

  /** To be read: the bodies of those whose turn it is are in memory. */
  private final Semaphore turns = new Semaphore(READ_AT_ONCE, true);

  /** Answers are written by threads of their own: a slow client must not hold up who publishes. */
  private final ExecutorService answering =
      Executors.newFixedThreadPool(ANSWERING_THREADS, task -> daemon(task, "intake-answers"));

  private PromptEndpoint(
      HttpSettings settings, OfferedPromptJson prompts, PromptQueue queue, IntakeMeters meters) {
    this.settings = settings;
    this.prompts = prompts;
    this.queue = queue;
    this.meters = meters;
    this.openApi = resource("openapi.json");
    this.server = BoundedHttpServer.bind(settings.host(), settings.port(), "intake.http.port");
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /**
   * Binds the port, and answers from now on.
   *
   * @throws io.logitstream.platform.LogitstreamException CONFIGURATION if the port is taken
   */
  static PromptEndpoint start(
      HttpSettings settings, OfferedPromptJson prompts, PromptQueue queue, IntakeMeters meters) {
    PromptEndpoint endpoint = new PromptEndpoint(settings, prompts, queue, meters);
    endpoint.server.start();
    return endpoint;
  }

  /** The port that is listened on. */
  int port() {
    return server.getAddress().getPort();
  }

  /** Stops answering, once what has its answer got it, or a few seconds later. */
  @Override
  public void close() {
    answering.shutdown();
    try {
      if (!answering.awaitTermination(ANSWERING_SECONDS, TimeUnit.SECONDS)) {
        LOGGER.warn("some answers were not taken within {} s", ANSWERING_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(STOP_SECONDS);
    threads.shutdownNow();
    answering.shutdownNow();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      route(exchange);
    } catch (IOException | RuntimeException e) {
      exchange.close();
      throw e;
    }
  }

  private void route(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (path.equals("/openapi.json") && method.equals("GET")) {
      send(exchange, 200, openApi);
    } else if (!path.equals("/v1/prompts")) {
      error(exchange, 404, "not-found", "here are POST /v1/prompts and GET /openapi.json");
    } else if (!method.equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      error(exchange, 405, "method", "only POST");
    } else if (!settings.token().isBroughtBy(exchange)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      error(exchange, 401, "unauthorized", BearerToken.EXPECTED);
    } else if (!isJson(exchange)) {
      error(exchange, 415, "media-type", "expected Content-Type: application/json");
    } else {
      post(exchange);
    }
  }

  private void post(HttpExchange exchange) throws IOException {
    PromptRequest request;
    try {
      request = readInTurn(exchange);
    } catch (RefusedPromptException e) {
      refuse(exchange, e);
      return;
    }
    // A bad one is no reason to refuse a prompt: the recommendation has it ignored.
    Optional<TraceContext> trace =
        TraceContext.parse(
            exchange.getRequestHeaders().getFirst(TraceContext.TRACEPARENT),
            exchange.getRequestHeaders().getFirst(TraceContext.TRACESTATE));
    List<Offer> offers = new ArrayList<>();
    for (PromptRequest.Item item : request.items()) {
      if (item instanceof PromptRequest.Item.Good good) {
        offers.add(new Offer(good.prompt().orTrace(trace), place(good)));
      } else if (item instanceof PromptRequest.Item.Refused refused) {
        meters.refused(refused.code());
      }
    }
    if (offers.isEmpty()) {
      answer(exchange, request, List.of());
      return;
    }
    Optional<PromptQueue.Request> queued = queue.offer(offers);
    if (queued.isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
      if (queue.isClosed()) {
        error(exchange, 503, "stopping", "this intake stops; offer the prompts again");
      } else {
        meters.refused("queue-full");
        error(
            exchange,
            429,
            "queue-full",
            "%d prompts wait to be published; offer these again".formatted(queue.prompts()));
      }
      return;
    }
    queued
        .get()
        .answer()
        .orTimeout(settings.answerWithin().toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (receipts, failure) -> complete(exchange, request, receipts, failure), answering);
  }

  /** Reads a request once few enough others are being read. */
  private PromptRequest readInTurn(HttpExchange exchange)
      throws IOException, RefusedPromptException {
    try {
      if (!turns.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS)) {
        throw new RefusedPromptException(
            BUSY, "%d requests are being read; offer the prompts again".formatted(READ_AT_ONCE));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the intake stops");
    }
    try {
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      return PromptRequest.read(
          body(exchange), Optional.ofNullable(key), prompts, settings.maxPrompts());
    } finally {
      turns.release();
    }
  }

  private void refuse(HttpExchange exchange, RefusedPromptException why) throws IOException {
    meters.refused(why.code());
    int status =
        switch (why.code()) {
          case TOO_LARGE, PromptRequest.TOO_MANY -> 413;
          case BUSY -> ItemAnswer.RETRY_LATER;
          default -> 400;
        };
    if (status == ItemAnswer.RETRY_LATER) {
      exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
    }
    error(exchange, status, why.code(), why.reason());
  }

  /** A client's key says where its prompt is from; without one, nothing but chance does. */
  private static String place(PromptRequest.Item.Good good) {
    return good.prompt().key().map(key -> "http key " + key).orElse("http " + UUID.randomUUID());
  }

  private void complete(
      HttpExchange exchange,
      PromptRequest request,
      @Nullable List<Receipt> receipts,
      @Nullable Throwable failure) {
    try {
      if (receipts != null) {
        answer(exchange, request, receipts);
      } else {
        LOGGER.debug("a request is not answered", failure);
        exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
        error(
            exchange,
            503,
            "unknown",
            "the broker has not acknowledged these prompts yet, and they may be published later:"
                + " offer them again with the same keys");
      }
    } catch (IOException | RuntimeException e) {
      // The client is gone; with the same keys it can ask again.
      LOGGER.debug("an answer was not taken", e);
      exchange.close();
    }
  }

  private void answer(HttpExchange exchange, PromptRequest request, List<Receipt> receipts)
      throws IOException {
    List<ItemAnswer> answers = new ArrayList<>();
    int next = 0;
    for (PromptRequest.Item item : request.items()) {
      answers.add(
          item instanceof PromptRequest.Item.Refused refused
              ? ItemAnswer.refused(refused)
              : ItemAnswer.of(receipts.get(next++)));
    }
    if (request.isSingle()) {
      ItemAnswer only = answers.get(0);
      if (only.status() == ItemAnswer.RETRY_LATER) {
        exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
      }
      send(exchange, only.status(), JSON.writeValueAsBytes(only.json()));
      return;
    }
    ObjectNode root = JSON.createObjectNode();
    ArrayNode results = root.putArray("results");
    answers.forEach(item -> results.add(item.json()));
    send(exchange, 200, JSON.writeValueAsBytes(root));
  }

  private static boolean isJson(HttpExchange exchange) {
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
  }

  /** The body, if it is no larger than allowed, whatever its declared length. */
  private byte[] body(HttpExchange exchange) throws IOException, RefusedPromptException {
    byte[] body = exchange.getRequestBody().readNBytes(settings.maxRequestBytes() + 1);
    if (body.length > settings.maxRequestBytes()) {
      throw new RefusedPromptException(
          TOO_LARGE,
          "expected a body of at most %d bytes (intake.http.max-request-bytes)"
              .formatted(settings.maxRequestBytes()));
    }
    return body;
  }

  private void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.putObject("error").put("code", code).put("message", message);
    send(exchange, status, JSON.writeValueAsBytes(root));
  }

  private void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      OutputStream answer = exchange.getResponseBody();
      answer.write(body);
      answer.flush();
      if (settings.token().isBroughtBy(exchange)) {
        discardRest(exchange.getRequestBody());
      }
    }
  }

  /**
   * A client that still sends when the connection is closed never sees its answer. Of a stranger's
   * body the server itself reads 64 KiB at most.
   */
  private static void discardRest(InputStream request) throws IOException {
    byte[] buffer = new byte[DISCARDED_AT_ONCE_BYTES];
    long discarded = 0;
    for (int read = request.read(buffer);
        read >= 0 && discarded < DISCARDED_BYTES_MAX;
        read = request.read(buffer)) {
      discarded += read;
    }
  }

  private static byte[] resource(String name) {
    try (InputStream input = PromptEndpoint.class.getResourceAsStream(name)) {
      if (input == null) {
        throw new IllegalStateException("the resource %s is missing".formatted(name));
      }
      return input.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
