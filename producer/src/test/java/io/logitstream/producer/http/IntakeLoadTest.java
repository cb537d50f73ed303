package io.logitstream.producer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.RunningProducer;
import io.logitstream.schemas.Prompt;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that offer prompts as fast as they are answered, repeating what was not acknowledged with
 * the same key, with a restart of the broker in the middle: every acknowledged key is on the topic
 * exactly once, and no key that was never sent.
 */
class IntakeLoadTest {
  @TempDir private Path folder;

  @Test
  @Timeout(300)
  void everyAcknowledgedKeyIsThereOnceAcrossARestartOfTheBroker() throws Exception {
    load(12, 100, Duration.ZERO);
  }

  @Test
  @Tag("long")
  @Timeout(600)
  void fiftyClientsForTwoMinutes() throws Exception {
    load(50, Integer.MAX_VALUE, Duration.ofMinutes(2));
  }

  /** Each client sends a number of prompts, or sends for a time; whichever ends first, if given. */
  private void load(int clients, int promptsEach, Duration time) throws Exception {
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      HttpPromptProducer producer =
          fixture.http(
              "load", "intake.transaction-timeout", "5s", "intake.http.answer-within", "20s");
      Load load = new Load(promptsEach, time);
      try (RunningProducer running = RunningProducer.start(producer)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> producer.port() != 0);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Future<?>> working = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
          int number = client;
          working.add(threads.submit(() -> load.send(producer.port(), number)));
        }
        await()
            .atMost(Duration.ofMinutes(5))
            .until(() -> load.isHalfDone(clients) || load.failed());
        fixture.stopBroker();
        fixture.startBroker();
        for (Future<?> client : working) {
          client.get(10, TimeUnit.MINUTES);
        }
        threads.shutdown();
        load.report(clients);
      }
      List<String> found = fixture.prompts("load").stream().map(Prompt::getIdempotencyKey).toList();
      Set<String> once = new HashSet<>(found);
      assertThat(found).as("keys, each once").hasSameSizeAs(once);
      assertThat(load.acknowledged).hasSizeGreaterThan(clients);
      assertThat(without(load.acknowledged, once)).as("acknowledged but not there").isEmpty();
      assertThat(without(once, load.sent)).as("there but never sent").isEmpty();
    }
  }

  /** Of many keys; assertions on collections compare every pair. */
  private static Set<String> without(Set<String> keys, Set<String> others) {
    Set<String> rest = new HashSet<>(keys);
    rest.removeIf(others::contains);
    return rest;
  }

  private static final class Load {
    private final int promptsEach;
    private final long startNanos = System.nanoTime();
    private final Duration time;
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final AtomicLong repeated = new AtomicLong();
    private volatile boolean failed;

    Load(int promptsEach, Duration time) {
      this.promptsEach = promptsEach;
      this.time = time;
    }

    boolean failed() {
      return failed;
    }

    boolean isHalfDone(int clients) {
      return time.isZero()
          ? acknowledged.size() >= clients * promptsEach / 2
          : System.nanoTime() - startNanos > time.toNanos() / 2;
    }

    void send(int port, int client) {
      HttpClient http = HttpClient.newHttpClient();
      try {
        for (int number = 0; number < promptsEach && !isOver(); number++) {
          String key = client + "-" + number;
          sent.add(key);
          long begun = System.nanoTime();
          while (!isAcknowledged(http, port, key)) {
            repeated.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(100);
          }
          nanos.add(System.nanoTime() - begun);
          acknowledged.add(key);
        }
      } catch (InterruptedException e) {
        failed = true;
        Thread.currentThread().interrupt();
      }
    }

    private boolean isOver() {
      return !time.isZero() && System.nanoTime() - startNanos > time.toNanos();
    }

    private static boolean isAcknowledged(HttpClient http, int port, String key)
        throws InterruptedException {
      String body = "{\"key\": \"%s\", \"text\": \"%s\"}".formatted(key, "words ".repeat(40));
      try {
        int status =
            http.send(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/v1/prompts".formatted(port)))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(30))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode();
        return status == 200;
      } catch (IOException e) {
        return false;
      }
    }

    /** A line of figures in the file that the script beside the system tests names. */
    void report(int clients) throws IOException {
      String file = System.getProperty("intake.report", "");
      if (file.isEmpty() || nanos.isEmpty()) {
        return;
      }
      List<Long> sorted = nanos.stream().sorted().toList();
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      String line =
          "%d clients: %,d prompts in %.0f s (%,.0f a second), p50 %d ms, p99 %d ms, longest %d ms, %,d repeated%n"
              .formatted(
                  clients,
                  sorted.size(),
                  seconds,
                  sorted.size() / seconds,
                  sorted.get(sorted.size() / 2) / 1_000_000,
                  sorted.get((int) (sorted.size() * 0.99)) / 1_000_000,
                  sorted.get(sorted.size() - 1) / 1_000_000,
                  repeated.get());
      Files.writeString(Path.of(file), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }
}
