package io.logitstream.lineage;

import static io.logitstream.lineage.Samples.REVISION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.lineage.erasure.Eraser;
import io.logitstream.lineage.erasure.ErasurePlan;
import io.logitstream.lineage.erasure.ErasurePlanner;
import io.logitstream.lineage.erasure.Removal;
import io.logitstream.lineage.erasure.Removal.Means;
import io.logitstream.lineage.erasure.TopicRemoval;
import io.logitstream.lineage.http.RemoteView;
import io.logitstream.lineage.query.Trace;
import io.logitstream.lineage.query.Trace.Answer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Instances of the index over a real broker, from a pipeline that is set up for erasure. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LineageIndexTest {
  private static final int PARTITIONS = 4;
  private static final int PROMPTS = 16;
  private static final HttpClient HTTP = RemoteView.client();
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir static Path folder;

  private static EmbeddedBroker broker;
  private static EmbeddedRegistry registry;
  private static KafkaClients clients;
  private static TopicIdentity logits;

  /** An instance on a thread of its own. */
  private static final class Instance implements AutoCloseable {
    private final StopSignal stop = new StopSignal();
    private final Health health = new Health();
    private final LineageIndex index;
    private final CompletableFuture<Void> ended;

    Instance(String name) {
      IndexSettings settings =
          new IndexSettings(
              "lineage-index", "127.0.0.1", 0, folder.resolve(name), 1, 0, 32 << 20, 1);
      index = new LineageIndex(settings, clients.settings(), new SimpleMeterRegistry(), health);
      ended =
          CompletableFuture.runAsync(
              () -> {
                try {
                  index.run(stop);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
    }

    String url() {
      return index.url().orElseThrow();
    }

    RemoteView view() {
      return RemoteView.ofAll(HTTP, url());
    }

    Trace trace(String prompt) {
      return view().trace(prompt);
    }

    Instance awaitCaughtUp() {
      await()
          .atMost(WITHIN)
          .ignoreExceptions()
          .until(() -> health.isReady() && view().status().recordsBehind() == 0);
      return this;
    }

    @Override
    public void close() {
      stop.request();
      ended.orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  @BeforeAll
  static void fillTopics() throws Exception {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder.resolve("kafka"), 0));
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    clients =
        new KafkaClients(
            new KafkaSettings(broker.bootstrapServers(), registry.url(), "p.", true, Map.of()),
            "test");
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin, Topic.erasablePipeline("p.", PARTITIONS, (short) 1, Duration.ofHours(1)));
      Topics.verify(
          admin, Topic.erasablePipeline("p.", PARTITIONS, (short) 1, Duration.ofHours(1)));
      logits = Topics.identity(admin, "p.teacher-logits");
    }
    try (Writer writer = new Writer()) {
      for (int i = 0; i < PROMPTS; i++) {
        writer.prompt(Samples.prompt(id(i), i < 3 ? "alice" : null, false));
        Writer.Place place = writer.window(Samples.window(id(i), 0, 1, REVISION, null));
        if (i % 2 == 0) {
          writer.ledger(
              Samples.step(
                  "run",
                  1,
                  i,
                  i + 1,
                  List.of(
                      Samples.range(
                          logits.id().toString(),
                          place.partition(),
                          place.offset(),
                          place.offset(),
                          1,
                          0))));
        }
      }
      writer.commit();
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
    broker.close();
  }

  @Test
  @Order(1)
  void anInstanceAnswersAndAnotherTakesOverWhatItKept() {
    try (Instance second = new Instance("second")) {
      try (Instance first = new Instance("first").awaitCaughtUp()) {
        second.awaitCaughtUp();
        await()
            .atMost(WITHIN)
            .ignoreExceptions()
            .untilAsserted(
                () -> {
                  assertThat(first.view().status().instances()).isEqualTo(2);
                  assertAnswers(first);
                  assertAnswers(second);
                });
        // Neither keeps all of it: what one does not have the other was asked for.
        assertThat(own(first)).isBetween(1L, PROMPTS - 1L);
        assertThat(own(first) + own(second)).isEqualTo(PROMPTS);
      }
      await()
          .atMost(WITHIN)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                assertThat(second.view().status().instances()).isEqualTo(1);
                assertAnswers(second);
              });
    }
  }

  @Test
  @Order(2)
  void aRestartGoesOnFromItsState() {
    try (Instance again = new Instance("second").awaitCaughtUp()) {
      assertAnswers(again);
      assertThat(again.index.news()).as("nothing is indexed twice").isEmpty();
    }
  }

  @Test
  @Order(3)
  void anotherProcessOnTheSameFolderIsRefused() {
    try (Instance first = new Instance("second").awaitCaughtUp()) {
      assertThatThrownBy(() -> new Instance("second").ended.get(30, TimeUnit.SECONDS))
          .rootCause()
          .isNotNull();
      assertAnswers(first);
    }
  }

  @Test
  @Order(4)
  void questionsThatAreNoneAreRefusedWithAReason() throws Exception {
    try (Instance index = new Instance("second").awaitCaughtUp()) {
      assertThat(get(index.url() + "/v1/trace").statusCode()).isEqualTo(400);
      assertThat(get(index.url() + "/v1/trace").body()).contains("'prompt' is missing");
      assertThat(get(index.url() + "/elsewhere").statusCode()).isEqualTo(404);
      assertThat(get(index.url() + "/v1/trace?prompt=" + id(0)).body())
          .contains("\"answer\":\"TRAINED\"");
      assertThat(
              HTTP.send(
                      HttpRequest.newBuilder(URI.create(index.url() + "/v1/records"))
                          .POST(HttpRequest.BodyPublishers.ofString("no json"))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  @Order(5)
  void anIndexThatDoesNotRunIsRetryable() {
    assertThatThrownBy(() -> RemoteView.ofAll(HTTP, "http://127.0.0.1:1").trace("mine"))
        .isInstanceOfSatisfying(
            LogitstreamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.RETRYABLE))
        .hasMessageContaining("logitstream index");
  }

  @Test
  @Order(6)
  void forgettingASubjectErasesItsRecordsAndWhatTheIndexKnowsOfIt() throws Exception {
    try (Instance index = new Instance("second").awaitCaughtUp()) {
      RemoteView view = index.view();
      List<String> prompts = ErasurePlanner.promptsOf(view, "alice");
      assertThat(prompts).containsExactlyInAnyOrder(id(0), id(1), id(2));
      ErasurePlan plan = plan(view, prompts);
      assertThat(plan.removals()).hasSize(6);
      assertThat(plan.tombstones()).hasSize(6);
      assertThat(plan.passOver()).hasSize(3);
      assertThat(plan.trained().get(0).run()).isEqualTo("run");

      assertThat(new Eraser(clients).erase(plan)).isEqualTo(6);
      assertThat(Eraser.awaitIndex(plan, "p.", view, WITHIN)).isTrue();

      assertThat(ErasurePlanner.promptsOf(view, "alice")).isEmpty();
      assertThat(view.trace(id(1)).answer()).isEqualTo(Answer.ERASED);
      assertThat(view.trace(id(0)).answer()).isEqualTo(Answer.TRAINED);
      ErasurePlan again = plan(view, prompts);
      assertThat(again.removals().stream().map(Removal::means)).containsOnly(Means.ERASED);
      assertThat(again.trained()).isEqualTo(plan.trained());
    }
  }

  private static ErasurePlan plan(RemoteView view, List<String> prompts) {
    Map<String, TopicRemoval> topics;
    try (Admin admin = clients.admin()) {
      topics = TopicRemoval.read(admin, ErasurePlanner.topics("p."));
    }
    return new ErasurePlanner(view, "p.", topics, Clock.systemUTC()).plan(prompts);
  }

  private static void assertAnswers(Instance instance) {
    for (int i = 0; i < PROMPTS; i++) {
      Trace trace = instance.trace(id(i));
      assertThat(trace.answer())
          .as(id(i))
          .isEqualTo(i % 2 == 0 ? Answer.TRAINED : Answer.NOT_YET_TRAINED);
      if (i % 2 == 0) {
        assertThat(trace.runs().get(0).firstStep()).isEqualTo(i + 1);
        assertThat(trace.runs().get(0).firstCheckpoint()).isEqualTo("run/1");
      }
    }
    assertThat(instance.trace("nobody's").answer()).isEqualTo(Answer.UNKNOWN);
  }

  /** How many of the prompts an instance keeps itself. */
  private static long own(Instance instance) {
    RemoteView own = RemoteView.ofInstance(HTTP, instance.url());
    long kept = 0;
    for (int i = 0; i < PROMPTS; i++) {
      kept += own.records(id(i)).isEmpty() ? 0 : 1;
    }
    return kept;
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String id(int i) {
    return RecordKeys.promptId("docs", Integer.toString(i));
  }

  /** Writes in one transaction, as the services do. */
  private static final class Writer implements AutoCloseable {
    private final Producer<String, byte[]> producer =
        clients.transactionalProducer("writer", Duration.ofMinutes(5), Map.of());
    private final RecordSerializer serializer = new RecordSerializer(clients.settings());

    /** Where a record lies. */
    record Place(int partition, long offset) {}

    Writer() {
      producer.initTransactions();
      producer.beginTransaction();
    }

    void prompt(Prompt prompt) throws Exception {
      send(Topic.PROMPTS, prompt.getPromptId(), prompt.getPromptId(), PARTITIONS, prompt);
    }

    Place window(TeacherLogits window) throws Exception {
      return send(
          Topic.TEACHER_LOGITS,
          window.getPromptId(),
          RecordKeys.teacherLogits(
              window.getPromptId(), window.getWindow(), window.getTeacher().getRevision()),
          PARTITIONS,
          window);
    }

    void ledger(LedgerEntry entry) throws Exception {
      send(
          Topic.TRAINING_LEDGER,
          entry.getRun(),
          RecordKeys.ledgerEntry(entry.getRun(), entry.getSequence(), entry.getIndex()),
          1,
          entry);
    }

    void commit() {
      producer.commitTransaction();
    }

    private Place send(
        Topic topic, String partitionBy, String key, int partitions, SpecificRecord value)
        throws Exception {
      String name = topic.named("p.");
      int partition = PromptPartitioner.partition(partitionBy, partitions);
      long offset =
          producer
              .send(new ProducerRecord<>(name, partition, key, serializer.serialize(name, value)))
              .get(30, TimeUnit.SECONDS)
              .offset();
      return new Place(partition, offset);
    }

    @Override
    public void close() {
      producer.close();
      serializer.close();
    }
  }
}
