package io.logitstream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PromptProducerTest {
  private static final int FILES = 60;
  private static Pipeline pipeline;

  @TempDir Path folder;
  private String source = "";

  @BeforeAll
  static void start(@TempDir Path data) {
    pipeline = new Pipeline(data);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @BeforeEach
  void writeFiles(TestInfo test) throws IOException {
    source = test.getTestMethod().orElseThrow().getName();
    for (int i = 0; i < FILES; i++) {
      Path file = folder.resolve("library/p%d/C%d.java".formatted(i / 4, i));
      Files.createDirectories(file.getParent());
      Files.writeString(file, "/* Copyright A */\nclass C%d {}\n".formatted(i));
    }
  }

  @Test
  void everyPromptIsCommittedOnceAndWhole() throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    PromptProducer producer = new PromptProducer(settings(Map.of()), meters, new Health());
    producer.run(new StopSignal());
    List<Prompt> prompts = pipeline.prompts(source);
    assertCompleteFrom(prompts);
    assertThat(
            meters
                .get("logitstream.producer.prompts")
                .tag("domain", "java")
                .functionCounter()
                .count())
        .isEqualTo(FILES);
    assertThat(producer.progress().prompts()).isEqualTo(FILES);
    assertThat(producer.progress().finished()).isTrue();
    assertThat(producer.progress().heldOutPrompts())
        .isEqualTo(prompts.stream().filter(Prompt::getHeldOut).count())
        .isBetween(1L, FILES - 1L);
    Prompt prompt = prompts.get(0);
    assertThat(prompt.getPromptId())
        .isEqualTo(RecordKeys.promptId(source, prompt.getSourcePosition()));
    assertThat(prompt.getText()).startsWith("class C").endsWith("{}\n");
    assertThat(prompt.getDocumentGroup()).startsWith("library/p");
    assertThat(prompt.getDomain()).isEqualTo("java");
    assertThat(prompt.getOrigin().getKind()).isEqualTo(OriginKind.HUMAN);
    pipeline
        .committed()
        .forEach(
            (record, value) -> {
              assertThat(record.key()).isEqualTo(value.getPromptId());
              assertThat(record.partition())
                  .isEqualTo(PromptPartitioner.partition(record.key(), Pipeline.PARTITIONS));
            });
  }

  @Test
  void aFinishedSourceIsNotReadAgain() throws Exception {
    producer(Map.of()).run(new StopSignal());
    PromptProducer again = producer(Map.of());
    again.run(new StopSignal());
    assertThat(again.progress().prompts()).isZero();
    assertThat(again.progress().finished()).isTrue();
    assertThat(again.progress().nextIndex()).isEqualTo(FILES);
    producer(Map.of("source.epochs", "2")).run(new StopSignal());
    assertThat(pipeline.prompts(source)).hasSize(2 * FILES);
  }

  @Test
  void stoppedAndStartedAgainItNeitherRepeatsNorSkips() throws Exception {
    int runs = 0;
    for (boolean finished = false; !finished; runs++) {
      PromptProducer producer = producer(Map.of("pacing.prompts-per-second", "12"));
      StopSignal stop = new StopSignal();
      CompletableFuture<Void> running = run(producer, stop);
      await().until(() -> producer.progress().prompts() >= 15 || running.isDone());
      stop.request();
      running.get();
      finished = producer.progress().finished();
    }
    assertThat(runs).isGreaterThan(1);
    assertComplete();
  }

  @Test
  void whatAKilledProducerLeftUncommittedIsNeverSeenAndComesAgain() throws Exception {
    PromptProducer first = producer(Map.of("pacing.prompts-per-second", "40"));
    StopSignal stop = new StopSignal();
    CompletableFuture<Void> running = run(first, stop);
    await().until(() -> first.progress().prompts() >= 10);
    stop.request();
    running.get();
    Producer<String, byte[]> killed = openTransaction("source-" + source, source);
    producer(Map.of()).run(new StopSignal());
    assertComplete();
    killed.close(Duration.ZERO);
  }

  @Test
  void aPositionBehindAnotherSourcesOpenTransactionIsWaitedFor() throws Exception {
    Producer<String, byte[]> other = openTransaction("source-other", "other");
    PromptProducer first = producer(Map.of("pacing.prompts-per-second", "8"));
    StopSignal stop = new StopSignal();
    CompletableFuture<Void> running = run(first, stop);
    // Its own start waits as well: the other's transaction was there before.
    await().until(() -> first.progress().transactions() > 0 || isReading());
    other.abortTransaction();
    await().until(() -> first.progress().prompts() >= 10);
    other.beginTransaction();
    other.send(new ProducerRecord<>(Topic.SOURCE_POSITIONS.named(""), "other", new byte[1])).get();
    long before = first.progress().prompts();
    await().until(() -> first.progress().prompts() > before);
    stop.request();
    running.get();
    health = new Health();
    CompletableFuture<Void> second = run(producer(Map.of()), new StopSignal());
    await().until(this::isReading);
    other.abortTransaction();
    second.get();
    other.close();
    assertComplete();
  }

  @Test
  void aSecondProducerOfTheSourceFencesTheFirst() throws Exception {
    PromptProducer first = producer(Map.of("pacing.prompts-per-second", "2"));
    CompletableFuture<Void> fenced = run(first, new StopSignal());
    await().until(() -> first.progress().prompts() > 0);
    producer(Map.of()).run(new StopSignal());
    assertThatThrownBy(fenced::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
        .hasMessageContaining("another producer of source " + source);
    assertComplete();
  }

  @Test
  void aProducerThatComesBackEndsAndItsSuccessorGoesOn() throws Exception {
    InterruptedClients clients = new InterruptedClients();
    Interruption interruption = new Interruption(1);
    PromptProducer first =
        new PromptProducer(
            settings(Map.of("pacing.prompts-per-second", "8")),
            pipeline.clients(clients),
            new SimpleMeterRegistry(),
            new Health(),
            interruption);
    PromptProducer second = producer(Map.of("pacing.prompts-per-second", "40"));
    CompletableFuture<Void> older = run(first, new StopSignal());
    await().until(() -> first.progress().prompts() > 0);
    CompletableFuture<CompletableFuture<Void>> younger = new CompletableFuture<>();
    interruption.next(
        () -> {
          younger.complete(run(second, new StopSignal()));
          await().until(() -> second.progress().prompts() > 0);
        });
    clients.next(
        () -> {
          throw new TimeoutException("the network is gone");
        });

    assertThatThrownBy(older::get)
        .cause()
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
        .hasMessageContaining("another producer of source " + source);
    younger.get().get();
    assertThat(second.progress().finished()).isTrue();
    assertComplete();
  }

  @Test
  void aChangedSourceIsRefusedUntilItIsAccepted() throws Exception {
    producer(Map.of()).run(new StopSignal());
    Files.writeString(folder.resolve("library/p0/New.java"), "class New {}");
    assertThatThrownBy(() -> producer(Map.of()).run(new StopSignal()))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("after its first 60 prompts");
    PromptProducer over = producer(Map.of("source.when-changed", "start-over"));
    over.run(new StopSignal());
    assertThat(over.progress().prompts()).isEqualTo(FILES + 1);
  }

  @Test
  void filesThatAreNotTextAreCounted() throws Exception {
    Files.write(folder.resolve("library/p0/Bad.java"), "é".getBytes(StandardCharsets.ISO_8859_1));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    PromptProducer producer = new PromptProducer(settings(Map.of()), meters, new Health());
    producer.run(new StopSignal());
    assertThat(
            meters
                .get("logitstream.producer.documents.skipped")
                .tag("reason", "not_utf_8")
                .functionCounter()
                .count())
        .isEqualTo(1);
    assertThat(producer.progress().finished()).isTrue();
    assertComplete();
  }

  private Health health = new Health();

  private boolean isReading() {
    return health.reasons().stream().anyMatch(reason -> reason.contains("reads the position"));
  }

  private ProducerSettings settings(Map<String, String> overrides) {
    return pipeline.settings(source, folder.resolve("library"), overrides);
  }

  private PromptProducer producer(Map<String, String> overrides) {
    return new PromptProducer(settings(overrides), new SimpleMeterRegistry(), health);
  }

  private static CompletableFuture<Void> run(PromptProducer producer, StopSignal stop) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                producer.run(stop);
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** A transaction with a position and a prompt, left open as a killed producer leaves it. */
  private static Producer<String, byte[]> openTransaction(String transactionalId, String key)
      throws Exception {
    Producer<String, byte[]> producer =
        pipeline.clients().transactionalProducer(transactionalId, Duration.ofMinutes(1), Map.of());
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(Topic.PROMPTS.named(""), 0, key, new byte[1])).get();
    producer.send(new ProducerRecord<>(Topic.SOURCE_POSITIONS.named(""), key, new byte[1])).get();
    return producer;
  }

  /**
   * A commit is answered before its markers are on every partition, and readers see it by those.
   */
  private void assertComplete() {
    await()
        .untilAsserted(
            () -> assertThat(pipeline.prompts(source)).hasSizeGreaterThanOrEqualTo(FILES));
    assertCompleteFrom(pipeline.prompts(source));
  }

  private static void assertCompleteFrom(List<Prompt> prompts) {
    assertThat(prompts.stream().map(Prompt::getSourceIndex).toList())
        .isEqualTo(LongStream.range(0, FILES).boxed().toList());
    assertThat(prompts.stream().map(Prompt::getPromptId).distinct()).hasSize(FILES);
    assertThat(prompts.stream().map(Prompt::getSourcePosition).distinct()).hasSize(FILES);
  }
}
