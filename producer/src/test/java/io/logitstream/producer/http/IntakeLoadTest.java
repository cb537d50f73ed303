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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that offer prompts as fast as they are answered, repeating what was not acknowledged with
 * the same key, with a restart of the broker in the middle: every acknowledged key is on the topic
 * exactly once, and no key that was never sent.
 */
class IntakeLoadTest {
  private static final Logger LOGGER = LoggerFactory.getLogger(IntakeLoadTest.class);

  @TempDir private Path folder;

  @Test
  @Timeout(120)
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
      }
      List<String> found = fixture.prompts("load").stream().map(Prompt::getIdempotencyKey).toList();
      assertThat(found).doesNotHaveDuplicates();
      assertThat(Set.copyOf(found)).as("acknowledged").containsAll(load.acknowledged);
      assertThat(load.sent).as("sent").containsAll(found);
      load.report(clients);
    }
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

    void report(int clients) {
      List<Long> sorted = nanos.stream().sorted().toList();
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      LOGGER.info(
          "{} clients: {} prompts in {} s ({} a second), p50 {} ms, p99 {} ms, longest {} ms, {} repeated",
          clients,
          sorted.size(),
          Math.round(seconds),
          Math.round(sorted.size() / seconds),
          sorted.get(sorted.size() / 2) / 1_000_000,
          sorted.get((int) (sorted.size() * 0.99)) / 1_000_000,
          sorted.get(sorted.size() - 1) / 1_000_000,
          repeated.get());
    }
  }
}
