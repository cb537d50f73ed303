package io.logitstream.embedded;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes HTTP requests apart, with a bound on their size, and puts answers and errors together. */
final class RegistryHandler implements HttpHandler {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryHandler.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BODY_BYTES_MAX = 1 << 20;

  private final RegistryRoutes routes;

  RegistryHandler(RegistryRoutes routes) {
    this.routes = routes;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        respond(exchange, 200, routes.answer(read(exchange)));
      } catch (RegistryException e) {
        respond(exchange, e);
      } catch (RuntimeException e) {
        LOG.warn("Request {} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        respond(exchange, RegistryException.internal(e));
      }
    }
  }

  private static RegistryRequest read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
    if (body.length > BODY_BYTES_MAX) {
      throw RegistryException.tooLarge(BODY_BYTES_MAX);
    }
    URI uri = exchange.getRequestURI();
    return new RegistryRequest(
        exchange.getRequestMethod(), path(uri.getRawPath()), query(uri.getRawQuery()), json(body));
  }

  private static JsonNode json(byte[] body) throws IOException {
    if (body.length == 0) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw RegistryException.badRequest("The body is not JSON: " + e.getOriginalMessage());
    }
  }

  private static List<String> path(String raw) {
    return Stream.of(raw.split("/"))
        .filter(segment -> !segment.isEmpty())
        // In a path, unlike in a query, a plus sign is itself.
        .map(segment -> decode(segment.replace("+", "%2B")))
        .toList();
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> parameters = new HashMap<>();
    if (raw != null) {
      for (String parameter : raw.split("&")) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        parameters.put(decode(name), equals < 0 ? "true" : decode(parameter.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw RegistryException.badRequest("Malformed escape in '" + encoded + "'");
    }
  }

  private static void respond(HttpExchange exchange, RegistryException failure) throws IOException {
    JsonNode error =
        JSON.createObjectNode()
            .put("error_code", failure.errorCode())
            .put("message", failure.getMessage());
    respond(exchange, failure.status(), error);
  }

  private static void respond(HttpExchange exchange, int status, JsonNode answer)
      throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }
}
