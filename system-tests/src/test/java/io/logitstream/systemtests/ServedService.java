package io.logitstream.systemtests;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.health.HealthSettings;
import io.logitstream.platform.health.ServiceEndpoint;
import io.logitstream.platform.health.ServiceStatus;
import io.logitstream.platform.http.BearerToken;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.metrics.Meters;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A service in this process, with the endpoint that its own process would have. */
final class ServedService<T extends Service> implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final StopSignal stop = new StopSignal();
  private final Meters meters;
  private final ServiceEndpoint endpoint;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final T service;

  private ServedService(
      String name, BiFunction<MeterRegistry, Health, T> wiring, Function<T, ?> status) {
    this.meters = new Meters(name);
    Health health = new Health();
    this.service = wiring.apply(meters.registry(), health);
    this.endpoint =
        ServiceEndpoint.start(
            new HealthSettings("127.0.0.1", 0, new BearerToken("")),
            meters.registry(),
            new ServiceStatus(name, "test", health, () -> status.apply(service), Instant::now));
    Thread thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Starts a service.
   *
   * @param name as its process would be named
   * @param status what it tells of itself at /status
   */
  static <T extends Service> ServedService<T> start(
      String name, BiFunction<MeterRegistry, Health, T> wiring, Function<T, ?> status) {
    return new ServedService<>(name, wiring, status);
  }

  T service() {
    return service;
  }

  /** The answer to a GET; anything but 200 is an error. */
  String get(String path) {
    if (ended.isCompletedExceptionally()) {
      ended.join();
    }
    URI address = URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new AssertionError(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(path, e);
    }
  }

  private int port() {
    return endpoint.port().orElseThrow();
  }

  private void run() {
    try {
      service.run(stop);
      ended.complete(null);
    } catch (Throwable e) {
      ended.completeExceptionally(e);
    }
  }

  /** Stops the service, and fails where it failed. */
  @Override
  public void close() throws Exception {
    stop.request();
    try {
      ended.get(60, TimeUnit.SECONDS);
    } finally {
      endpoint.close();
      meters.close();
    }
  }
}
