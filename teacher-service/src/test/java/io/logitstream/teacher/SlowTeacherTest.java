package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.logits.FullLogits;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.teacher.scoring.ScoredWindow;
import io.logitstream.teacher.scoring.WindowScoring;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A model that is slow beside the time that a group gives its members, and much that it says. */
@ExtendWith(RunningKafka.class)
class SlowTeacherTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int WINDOWS = 16;

  /** Of {@value #WINDOWS} windows: each byte is a token, and each window is a batch. */
  private static final String LONG_TEXT = "x".repeat(32 * WINDOWS - 2);

  @TempDir private Path directory;

  @Test
  void aPromptThatTakesLongerThanAMemberMayBeSilentIsPublishedOnce(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka).with("teacher.max-poll-interval", "2s")) {
      send(pipeline, 0, 2);
      Health health = new Health();
      try (RunningTeacher teacher =
          RunningTeacher.start(pipeline.teacher(health, PacedScoring.ports(new AtomicLong(250))))) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 2);
      }
      assertOnce(pipeline, 2);
    }
  }

  @Test
  void slowTeachersThatComeAndGoMeanwhilePublishEachWindowOnce(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka).with("teacher.max-poll-interval", "2s")) {
      AtomicInteger sent = new AtomicInteger();
      AtomicLong pace = new AtomicLong(90);
      RunningTeacher first =
          RunningTeacher.start(pipeline.teacher(new Health(), PacedScoring.ports(pace)));
      try (RunningTeacher second =
          RunningTeacher.start(pipeline.teacher(new Health(), PacedScoring.ports(pace)))) {
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(10))
            .until(
                () -> {
                  long scored = first.progress().prompts() + second.progress().prompts();
                  if (sent.get() - scored < 8) {
                    send(pipeline, sent.getAndIncrement(), sent.get());
                  }
                  return first.progress().prompts() >= 2 && second.progress().prompts() >= 2;
                });
        first.close();
        await()
            .atMost(LONG)
            .until(() -> first.progress().prompts() + second.progress().prompts() >= sent.get());
      }
      assertOnce(pipeline, sent.get());
    }
  }

  @Test
  void aBatchThatTakesLongerThanAMemberMayBeSilentLowersReadinessUntilItIsPublished(
      KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline = labels(kafka).with("teacher.max-poll-interval", "1500ms")) {
      send(pipeline, 0, 1);
      AtomicLong pace = new AtomicLong(2000);
      Health health = new Health();
      try (RunningTeacher teacher =
          RunningTeacher.start(pipeline.teacher(health, PacedScoring.ports(pace)))) {
        await()
            .atMost(LONG)
            .until(() -> health.reasons().stream().anyMatch(why -> why.contains("given up")));
        assertThat(health.reasons())
            .filteredOn(why -> why.startsWith("teacher-group waiting"))
            .singleElement()
            .asString()
            .contains("1 prompts of 511 tokens")
            .contains(pipeline.topic(Topic.PROMPTS) + "-")
            .contains("teacher.max-poll-interval (1500 ms)")
            .contains("lower teacher.batch-tokens (32)");
        assertThat(teacher.progress().prompts()).isZero();

        pace.set(0);
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 1);
        await().atMost(LONG).until(health::isReady);
      }
      assertOnce(pipeline, 1);
    }
  }

  @Test
  void readersWaitForNoTransactionWhileManyLogitsAreScored(KafkaSettings kafka) throws Exception {
    AtomicInteger scored = new AtomicInteger();
    List<String> open = new ArrayList<>();
    try (Pipeline pipeline = labels(kafka).with("teacher.encoding", "sampled")) {
      TeacherPorts ports =
          new TeacherPorts(
              ClientSource.network(),
              Execution.system(),
              settings ->
                  verbose(
                      settings,
                      () -> {
                        scored.incrementAndGet();
                        open.addAll(openTransactions(pipeline.admin));
                      }),
              "verbose");
      TinyTeacher.withWeights(directory);
      pipeline.send(
          Pipeline.prompt(0, "x".repeat(32 * VERBOSE_WINDOWS - 2)).setHeldOut(true).build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher(new Health(), ports))) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 1);
        assertThat(teacher.progress().bytes()).isGreaterThan(64 << 20);
      }
      assertThat(scored).hasValue(VERBOSE_WINDOWS);
      assertThat(open).isEmpty();
    }
  }

  @Test
  void aPromptWhoseLogitsWouldTakeTooMuchMemoryGoesToTheDeadLettersAndOthersGoOn(
      KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withWeights(directory))
            .with("teacher.max-prompt-mib", 1)) {
      // Of 258 ids in two bytes each; what is trained on is sampled, and fits.
      String text = "x".repeat(2_200);
      pipeline.send(Pipeline.prompt(0, text).setHeldOut(true).build());
      pipeline.send(Pipeline.prompt(1, text).build());
      pipeline.send(Pipeline.prompt(2, "held out").setHeldOut(true).build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await()
            .atMost(LONG)
            .until(() -> teacher.progress().prompts() + teacher.progress().deadLetters() == 3);
      }
      assertThat(pipeline.deadLetters())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.CODE))
                    .contains("too-many-logits");
                assertThat(
                        LetterHeaders.text(letter.headers(), LetterHeaders.MESSAGE).orElseThrow())
                    .contains("as FULL, expected at most 1 (teacher.max-prompt-mib)")
                    .contains("teacher.evaluation-encoding");
              });
      assertThat(pipeline.logits(Topic.EVALUATION_LOGITS)).hasSize(1);
      assertThat(pipeline.logits(Topic.TEACHER_LOGITS)).isNotEmpty();
    }
  }

  private static final int VERBOSE_WINDOWS = 18;
  private static final int VERBOSE_VOCABULARY = 1 << 16;

  /** A teacher with 4 MiB to say about a window. */
  private static TeacherModel verbose(TeacherSettings settings, Runnable scoring)
      throws IOException {
    TeacherModel model = TeacherModel.open(settings);
    TeacherIdentity identity =
        TeacherIdentity.newBuilder(model.identity()).setVocabularySize(VERBOSE_VOCABULARY).build();
    WindowScoring full =
        batch -> {
          scoring.run();
          return batch.stream()
              .map(
                  task -> {
                    int rows = task.window().trainedPositions();
                    return new ScoredWindow(
                        new FullLogits(
                            task.window().tokens(),
                            VERBOSE_VOCABULARY,
                            rows,
                            new short[rows * VERBOSE_VOCABULARY]),
                        Optional.empty(),
                        1f);
                  })
              .toList();
        };
    return new TeacherModel(
        identity,
        model.tokenizer(),
        model.conversations(),
        model.computeType(),
        model.training(),
        full,
        model.sizing(),
        model);
  }

  private static List<String> openTransactions(Admin admin) {
    return Futures.await(admin.listTransactions().all(), "list transactions").stream()
        .filter(
            listing ->
                listing.transactionalId().endsWith("-verbose")
                    && listing.state() == TransactionState.ONGOING)
        .map(TransactionListing::transactionalId)
        .toList();
  }

  private Pipeline labels(KafkaSettings kafka) {
    return new Pipeline(kafka)
        .with("teacher.model", TinyTeacher.withoutWeights(directory))
        .with("teacher.encoding", "labels")
        .with("teacher.batch-tokens", 32);
  }

  private static void send(Pipeline pipeline, int from, int until) {
    for (int index = from; index < until; index++) {
      pipeline.send(Pipeline.prompt(index, LONG_TEXT).build());
    }
  }

  private static void assertOnce(Pipeline pipeline, int prompts) {
    assertThat(pipeline.logits(Topic.TEACHER_LOGITS))
        .extracting(window -> window.getPromptId() + "/" + window.getWindow())
        .hasSize(prompts * WINDOWS)
        .doesNotHaveDuplicates();
    assertThat(pipeline.logits(Topic.TEACHER_LOGITS))
        .extracting(TeacherLogits::getWindows)
        .containsOnly(WINDOWS);
  }
}
