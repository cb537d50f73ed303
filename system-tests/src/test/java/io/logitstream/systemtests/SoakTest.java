package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything on at once, for a time: a broker, intake by HTTP and from files, two teachers, a
 * trainer with averages, rehearsal, evaluation, a gate and expiring checkpoints, a follower and an
 * index, their metrics read all the while. More is offered than two processors can do. Nothing may
 * grow once it has warmed up: neither the objects that are held, nor the memory, the threads or the
 * files, those of the data left out. {@code system-tests/soak} runs it for half an hour.
 */
@Tag("long")
class SoakTest {
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("soak.seconds", 60));
  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(2);
  private static final int LEAST_SAMPLES = 3;
  private static final Duration LONGEST_START = Duration.ofSeconds(120);
  private static final int PROMPTS_PER_SECOND = 20;
  private static final int WORDS_A_PROMPT = 40;
  private static final String RUN = "soak";

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private int offered;

  @Test
  @Timeout(3600)
  void nothingGrows() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, 400, 3);
    List<ServiceProcess> services = new ArrayList<>();
    try {
      services.add(pipeline.broker());
      pipeline.awaitUp();
      pipeline.command("topics", "topics", "create");
      int intake = FreePorts.one();
      List<Integer> metrics = new ArrayList<>();
      services.addAll(start(pipeline, intake, metrics));
      await()
          .atMost(LONGEST_START)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(
              () -> {
                allAlive(services);
                for (int port : metrics) {
                  assertThat(get(port, "/readyz").statusCode()).isEqualTo(200);
                }
                assertThat(offer(intake)).isTrue();
              });
      await()
          .atMost(LONGEST_START)
          .untilAsserted(() -> assertThat(pipeline.manifests(RUN)).hasSizeGreaterThan(1));

      try (CommittedWindows windows = new CommittedWindows(pipeline)) {
        SoakReport report = watch(services, intake, metrics);

        allAlive(services);
        String table =
            report.table()
                + report.grownClasses()
                + "%,d prompts offered, %,d windows%n".formatted(offered, windows.count());
        tell(table);
        assertThat(windows.seen()).doesNotHaveDuplicates();
        assertThat(report.growing(TIME)).as(table).isEmpty();
      }
    } finally {
      for (int i = services.size() - 1; i >= 0; i--) {
        services.get(i).close();
      }
    }
  }

  private static void allAlive(List<ServiceProcess> services) throws IOException {
    for (ServiceProcess service : services) {
      assertThat(service.isAlive()).as(service.output()).isTrue();
    }
  }

  private List<ServiceProcess> start(Pipeline pipeline, int intake, List<Integer> metrics)
      throws IOException {
    List<ServiceProcess> services = new ArrayList<>();
    services.add(
        pipeline.service(
            "http",
            withMetrics(
                metrics, "produce --http " + intake, "source.name=api", "intake.keys-for=20s")));
    services.add(
        pipeline.service(
            "files",
            withMetrics(
                metrics,
                "produce",
                "source.name=documents",
                "source.paths=domain=" + pipeline.documents(),
                "source.epochs=0",
                "held-out.share=50",
                "pacing.prompts-per-second=" + PROMPTS_PER_SECOND)));
    for (String teacher : List.of("teacher-1", "teacher-2")) {
      int port = FreePorts.one();
      metrics.add(port);
      services.add(pipeline.teach(teacher, "health.port=" + port));
    }
    int port = FreePorts.one();
    metrics.add(port);
    services.add(
        pipeline.train(
            "trainer",
            RUN,
            8,
            "health.port=" + port,
            "averages.decay=0.99",
            "rehearsal.share=0.25",
            "rehearsal.refresh-steps=8",
            "evaluation.windows=8",
            "evaluation.every-steps=10",
            "gate.every-steps=5",
            "gate.margin=1000",
            "checkpoint.every-steps=5",
            "checkpoint.keep=4"));
    int indexMetrics = FreePorts.one();
    metrics.add(indexMetrics);
    services.add(pipeline.index(folder.resolve("index"), "health.port=" + indexMetrics));
    services.add(
        pipeline.service("follower", "checkpoints", "follow", "--run", RUN, "--exec", "true"));
    return services;
  }

  private static String[] withMetrics(List<Integer> metrics, String command, String... settings)
      throws IOException {
    int port = FreePorts.one();
    metrics.add(port);
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--set", "health.port=" + port));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return arguments.toArray(String[]::new);
  }

  private SoakReport watch(List<ServiceProcess> services, int intake, List<Integer> metrics)
      throws Exception {
    SoakReport report = new SoakReport(services, folder);
    report.weighHeaps();
    for (int third = 1; third <= 3; third++) {
      long startNanos = System.nanoTime();
      AtomicInteger samples = new AtomicInteger();
      await()
          .atMost(TIME.plus(LONGEST_START))
          .pollDelay(Duration.ZERO)
          .pollInterval(BETWEEN_SAMPLES)
          .until(
              () -> {
                allAlive(services);
                offer(intake);
                for (int port : metrics) {
                  assertThat(get(port, "/metrics").statusCode()).isEqualTo(200);
                }
                report.sample();
                return samples.incrementAndGet() >= LEAST_SAMPLES
                    && System.nanoTime() - startNanos > TIME.dividedBy(3).toNanos();
              });
      report.weighHeaps();
    }
    return report;
  }

  /** The prompts that come between two samples, in one request. */
  private boolean offer(int port) throws IOException {
    int count = Math.toIntExact(PROMPTS_PER_SECOND * BETWEEN_SAMPLES.toSeconds());
    String prompts =
        IntStream.range(offered, offered + count)
            .mapToObj(
                number ->
                    "{\"key\": \"k%d\", \"text\": \"%s\"}"
                        .formatted(number, ("value" + number + " ").repeat(WORDS_A_PROMPT)))
            .collect(Collectors.joining(",", "{\"prompts\": [", "]}"));
    int status =
        send(request(port, "/v1/prompts")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(prompts)))
            .statusCode();
    offered += status == 200 ? count : 0;
    return status == 200;
  }

  private HttpResponse<Void> get(int port, String path) throws IOException {
    return send(request(port, path));
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpResponse<Void> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.discarding());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void tell(String table) throws IOException {
    String report = System.getProperty("soak.report", "");
    if (!report.isEmpty()) {
      Files.writeString(
          Path.of(report), table, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }
}
