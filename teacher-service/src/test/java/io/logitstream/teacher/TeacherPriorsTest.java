package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunningKafka.class)
class TeacherPriorsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String TEXT = "A sentence of one window.";

  @TempDir private Path directory;

  private Pipeline pipeline;
  private int sent;

  @BeforeEach
  void createPipeline(KafkaSettings kafka) {
    pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withWeights(directory))
            .with("teacher.evaluation-encoding", "sampled")
            .with("teacher.prior-first-records", 16)
            .with("teacher.prior-refresh-records", 40);
  }

  @AfterEach
  void closePipeline() {
    pipeline.close();
  }

  @Test
  void aTeacherCodesUnderPriorsOfItsOwnStreamThatAreOnTheirTopicFirst() throws Exception {
    try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
      // The first prior, and one that takes its place.
      await().atMost(LONG).until(() -> namedPriors(teacher).size() >= 2);
      List<TeacherLogits> records = pipeline.logits(Topic.TEACHER_LOGITS);
      assertThat(records.get(0).getEncodingVersion()).isEqualTo(1);
      assertThat(published()).containsAll(namedPriors(teacher));
      try (PriorCodecs codecs = new PriorCodecs(pipeline.clients)) {
        for (TeacherLogits record : records) {
          assertThat(TeacherLogitsRecords.decode(record, 64, codecs).rows()).isPositive();
        }
      }
    }
  }

  @Test
  void aTeacherThatStartsAgainCodesUnderTheNewestPriorAtOnce() throws Exception {
    try (RunningTeacher first = RunningTeacher.start(pipeline.teacher())) {
      await().atMost(LONG).until(() -> !namedPriors(first).isEmpty());
    }
    List<String> priors = published();
    pipeline.send(Pipeline.prompt(sent++, TEXT).setHeldOut(true).build());
    try (RunningTeacher second = RunningTeacher.start(pipeline.teacher())) {
      await().atMost(LONG).until(() -> !pipeline.logits(Topic.EVALUATION_LOGITS).isEmpty());
      await().atMost(LONG).until(() -> second.progress().prompts() > 0);
    }
    assertThat(pipeline.logits(Topic.EVALUATION_LOGITS))
        .singleElement()
        .extracting(TeacherLogits::getPriorSha256)
        .isEqualTo(priors.get(priors.size() - 1));
  }

  @Test
  void teachersOfAGroupCodeEachUnderAPriorThatReadersFind() throws Exception {
    try (RunningTeacher first = RunningTeacher.start(pipeline.teacher());
        RunningTeacher second = RunningTeacher.start(pipeline.teacher())) {
      // Each of them has coded some, at first under different priors.
      while (first.progress().prompts() < 60 || second.progress().prompts() < 60) {
        assertThat(sent).as("prompts until both teachers work").isLessThan(5_000);
        sendSome(first, second);
      }
      assertThat(namedPriors(first, second)).isNotEmpty();
      try (PriorCodecs codecs = new PriorCodecs(pipeline.clients)) {
        for (TeacherLogits record : pipeline.logits(Topic.TEACHER_LOGITS)) {
          assertThat(TeacherLogitsRecords.decode(record, 64, codecs).rows()).isPositive();
        }
      }
    }
  }

  @Test
  void aTeacherThatIsToldToPacksPlainly() throws Exception {
    try (RunningTeacher teacher =
        RunningTeacher.start(pipeline.with("teacher.coding", "plain").teacher())) {
      for (int index = 0; index < 50; index++) {
        pipeline.send(Pipeline.prompt(sent++, TEXT).build());
      }
      await().atMost(LONG).until(() -> teacher.progress().prompts() == 50);
      assertThat(pipeline.logits(Topic.TEACHER_LOGITS))
          .extracting(TeacherLogits::getEncodingVersion)
          .containsOnly(1);
      assertThat(published()).isEmpty();
    }
  }

  /** Sends some more prompts, waits for them, and gives the priors that records name by then. */
  private Set<String> namedPriors(RunningTeacher... teachers) {
    sendSome(teachers);
    Set<String> named = new HashSet<>();
    pipeline.logits(Topic.TEACHER_LOGITS).stream()
        .map(TeacherLogits::getPriorSha256)
        .filter(Objects::nonNull)
        .forEach(named::add);
    return named;
  }

  private void sendSome(RunningTeacher... teachers) {
    long before = prompts(teachers);
    for (int index = 0; index < 10; index++) {
      pipeline.send(Pipeline.prompt(sent++, TEXT).build());
    }
    await().atMost(LONG).until(() -> prompts(teachers) >= before + 10);
  }

  private static long prompts(RunningTeacher... teachers) {
    return Arrays.stream(teachers).mapToLong(teacher -> teacher.progress().prompts()).sum();
  }

  /** The priors that are on their topic, in order. */
  private List<String> published() {
    try (RecordDeserializer<LogitPriorChunk> deserializer =
        new RecordDeserializer<>(pipeline.clients.settings(), LogitPriorChunk.class)) {
      return pipeline.records(pipeline.topic(Topic.LOGIT_PRIORS)).stream()
          .map(read -> deserializer.deserialize(read.topic(), read.value()).getPriorSha256())
          .distinct()
          .toList();
    }
  }
}
