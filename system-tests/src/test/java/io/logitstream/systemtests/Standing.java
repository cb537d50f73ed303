package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * A service in a process of its own, and how it stands by its own words.
 *
 * @param healthPort where it says {@code /readyz}
 */
record Standing(ServiceProcess process, int healthPort) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** Starts a service that is told where to say how it stands. */
  interface Starter {
    ServiceProcess start(String healthSetting) throws IOException;
  }

  static Standing start(Starter starter) throws IOException {
    int port = FreePorts.one();
    return new Standing(starter.start("health.port=" + port), port);
  }

  /** What {@code /readyz} says; empty while nobody listens. */
  String readiness() throws InterruptedException {
    try {
      URI uri = URI.create("http://127.0.0.1:%d/readyz".formatted(healthPort));
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    }
  }

  /** Waits until {@code /readyz} says something. */
  void awaitSaid(Duration longest, String said) {
    await()
        .atMost(longest)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(() -> assertThat(readiness()).as(process.output()).contains(said));
  }
}
