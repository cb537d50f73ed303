package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunningKafka.class)
class TeacherServiceTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String LONG_TEXT = "A sentence that is longer than one window of the model.";

  @TempDir private Path directory;

  @Test
  void labelsNeedNoWeightsAndCarryEveryTokenOfAPrompt(KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")) {
      pipeline.send(Pipeline.prompt(0, LONG_TEXT).build());
      pipeline.send(Pipeline.prompt(1, "held out").setHeldOut(true).build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 2);
      }
      List<TeacherLogits> logits = pipeline.logits(Topic.TEACHER_LOGITS);
      assertThat(logits).extracting(TeacherLogits::getWindows).containsOnly(2).hasSize(2);
      assertThat(text(logits)).isEqualTo(LONG_TEXT);
      TeacherLogits first = logits.get(0);
      assertThat(first.getEncoding()).isEqualTo(LogitsEncoding.LABELS);
      assertThat(first.getTeacher().getName()).isEqualTo("tiny");
      assertThat(first.getTeacher().getRevision()).hasSize(12);
      assertThat(first.getTeacher().getWeightsSha256()).isNull();
      assertThat(first.getSourcePosition()).isEqualTo("file#0");
      assertThat(first.getAttributes()).containsEntry("language", "en");
      assertThat(first.getPromptOffset()).isZero();
      assertThat(first.getComputeType()).isNull();
      List<TeacherLogits> evaluation = pipeline.logits(Topic.EVALUATION_LOGITS);
      assertThat(evaluation).singleElement().matches(TeacherLogits::getHeldOut);
      assertThat(text(evaluation)).isEqualTo("held out");
    }
  }

  @Test
  void scoresAreSampledToTrainOnAndFullWhereHeldOut(KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withWeights(directory))
            .with("teacher.sample-size", 20)
            .with("teacher.window-overlap", 8)) {
      pipeline.send(Pipeline.prompt(0, LONG_TEXT).build());
      pipeline.send(Pipeline.prompt(1, "held out").setHeldOut(true).build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 2);
        assertThat(teacher.progress().bytes()).isPositive();
        assertThat(teacher.progress().trainedTokens())
            .isEqualTo(LONG_TEXT.length() + 1 + "held out".length() + 1);
      }
      List<TeacherLogits> logits = pipeline.logits(Topic.TEACHER_LOGITS);
      int rows = 0;
      for (TeacherLogits record : logits) {
        SampledLogits sampled = (SampledLogits) TeacherLogitsRecords.decode(record, 64);
        assertThat(sampled.sampleSize()).isEqualTo(20);
        assertThat(record.getComputeType()).isEqualTo("f32");
        // a random model is nearly uniform
        assertThat(record.getSpans().get(0).getEntropySum() / sampled.rows())
            .isCloseTo((float) Math.log(258), within(0.5f));
        rows += sampled.rows();
      }
      assertThat(rows).isEqualTo(LONG_TEXT.length() + 1);
      TeacherLogits evaluation = pipeline.logits(Topic.EVALUATION_LOGITS).get(0);
      FullLogits full = (FullLogits) TeacherLogitsRecords.decode(evaluation, 64);
      float[] logProbabilities = new float[258];
      full.logProbabilities(0, logProbabilities);
      double entropy = 0;
      for (float logProbability : logProbabilities) {
        entropy -= Math.exp(logProbability) * logProbability;
      }
      assertThat(entropy).isCloseTo(Math.log(258), within(0.5));
    }
  }

  @Test
  void recordsThatCondemnThemselvesGoToTheDeadLettersAndOthersGoOn(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.max-prompt-tokens", 100)) {
      pipeline.send("garbage", new byte[] {1, 2, 3});
      pipeline.send("erased", null); // a tombstone condemns nothing
      pipeline.send(Pipeline.prompt(0, "").build());
      pipeline.send(
          Pipeline.prompt(1, "")
              .setText(null)
              .setMessages(List.of(new ChatMessage("user", "hello")))
              .build());
      pipeline.send(Pipeline.prompt(2, "x".repeat(200)).build());
      pipeline.send(Pipeline.prompt(3, "good").build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await()
            .atMost(LONG)
            .until(() -> teacher.progress().prompts() + teacher.progress().deadLetters() == 5);
      }
      assertThat(pipeline.deadLetters())
          .extracting(letter -> header(letter, LetterHeaders.CODE))
          .containsExactlyInAnyOrder(
              "malformed-prompt", "empty-text", "chat-unsupported", "too-long");
      assertThat(pipeline.deadLetters())
          .filteredOn(letter -> letter.key().equals("garbage"))
          .singleElement()
          .satisfies(letter -> assertThat(letter.value()).containsExactly(1, 2, 3));
      assertThat(text(pipeline.logits(Topic.TEACHER_LOGITS))).isEqualTo("good");
    }
  }

  @Test
  void conversationsAreScoredAsTheTeachersTemplateWritesThem(KafkaSettings kafka) throws Exception {
    Path model = TinyTeacher.withWeights(directory);
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "<|begin|>{% for m in messages %}{{ m.role }}:{{ m.content }}<|end|>{% endfor %}");
    try (Pipeline pipeline = new Pipeline(kafka).with("teacher.model", model)) {
      pipeline.send(
          Pipeline.prompt(0, "")
              .setText(null)
              .setMessages(
                  List.of(new ChatMessage("user", "q"), new ChatMessage("assistant", "an")))
              .build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 1);
      }
      TeacherLogits record = pipeline.logits(Topic.TEACHER_LOGITS).get(0);
      SampledLogits sampled = (SampledLogits) TeacherLogitsRecords.decode(record, 64);
      // begin, user:q, end, assistant:an, end; positions predict the tokens after them
      assertThat(sampled.tokens()).hasSize(1 + 6 + 1 + 12 + 1);
      assertThat(sampled.tokens()[7]).isEqualTo(1);
      assertThat(record.getSpans())
          .singleElement()
          .satisfies(
              span -> {
                assertThat(span.getStart()).isEqualTo(17);
                assertThat(span.getEnd()).isEqualTo(20);
              });
    }
  }

  @Test
  void aTeacherThatStartsAgainGoesOnWhereItStopped(KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.batch-tokens", 64)) {
      for (int half = 0; half < 2; half++) {
        for (int index = 20 * half; index < 20 * (half + 1); index++) {
          pipeline.send(Pipeline.prompt(index, LONG_TEXT).build());
        }
        try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
          await().atMost(LONG).until(() -> teacher.progress().prompts() == 20);
        }
      }
      assertOnce(pipeline, 40);
    }
  }

  @Test
  void teachersOfAGroupShareThePartitionsAndHandThemOverWithoutLossOrRepetition(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.batch-tokens", 64)) {
      AtomicInteger sent = new AtomicInteger();
      RunningTeacher first = RunningTeacher.start(pipeline.teacher());
      try (RunningTeacher second = RunningTeacher.start(pipeline.teacher())) {
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(1))
            .until(
                () -> {
                  long scored = first.progress().prompts() + second.progress().prompts();
                  // Always some to do, and never more than are done in a moment.
                  if (sent.get() - scored < 64) {
                    pipeline.send(Pipeline.prompt(sent.getAndIncrement(), LONG_TEXT).build());
                  }
                  return first.progress().prompts() >= 10 && second.progress().prompts() >= 10;
                });
        first.close();
        for (int rest = 0; rest < 50; rest++) {
          pipeline.send(Pipeline.prompt(sent.getAndIncrement(), LONG_TEXT).build());
        }
        await()
            .atMost(LONG)
            .until(() -> first.progress().prompts() + second.progress().prompts() >= sent.get());
      }
      assertOnce(pipeline, sent.get());
    }
  }

  @Test
  void aTeacherWaitsForAGroupThatIsFarBehind(KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.batch-tokens", 64)
            .with("backpressure.groups", "students")
            .with("backpressure.max-lag", 10)
            .with("backpressure.check-interval", "10ms")
            .with("backpressure.ignore-after", "1h")) {
      for (int index = 0; index < 300; index++) {
        pipeline.send(Pipeline.prompt(index, LONG_TEXT).build());
      }
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().paused());
        assertThat(teacher.progress().prompts()).isLessThan(300);
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(10))
            .until(
                () -> {
                  commitEnds(pipeline);
                  return teacher.progress().prompts() == 300;
                });
      }
      assertOnce(pipeline, 300);
    }
  }

  @Test
  @Tag("long")
  void aTimeOfDayThatIsSetBackAgainAndAgainHoldsNobodyUp(KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline =
        new Pipeline(kafka)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.batch-tokens", 64)
            .with("backpressure.groups", "students")
            .with("backpressure.max-lag", 10)
            .with("backpressure.check-interval", "10ms")
            .with("backpressure.ignore-after", "1h")) {
      for (int index = 0; index < 60; index++) {
        pipeline.send(Pipeline.prompt(index, LONG_TEXT).build());
      }
      AtomicLong looks = new AtomicLong();
      Execution setBack =
          Execution.at(() -> Instant.now().minus(Duration.ofDays(looks.getAndIncrement())));
      TeacherPorts ports =
          new TeacherPorts(ClientSource.network(), setBack, TeacherModel::open, "set-back");
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher(new Health(), ports))) {
        await().atMost(LONG).until(() -> teacher.progress().paused());
        await()
            .atMost(LONG)
            .until(
                () -> {
                  commitEnds(pipeline);
                  return teacher.progress().prompts() == 60;
                });
      }
      assertOnce(pipeline, 60);
    }
  }

  private static void commitEnds(Pipeline pipeline) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
    CommittedLog.ends(pipeline.clients::consumer, pipeline.topic(Topic.TEACHER_LOGITS))
        .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
    pipeline.admin.alterConsumerGroupOffsets("students", ends).all().get();
  }

  /** Every window of every prompt is there once, by the partition of its promptId. */
  private static void assertOnce(Pipeline pipeline, int prompts) {
    List<String> expected = new ArrayList<>();
    for (int index = 0; index < prompts; index++) {
      String promptId = RecordKeys.promptId("test", Integer.toString(index));
      expected.add(promptId + "/0 in " + PromptPartitioner.partition(promptId, 4));
      expected.add(promptId + "/1 in " + PromptPartitioner.partition(promptId, 4));
    }
    assertThat(pipeline.records(pipeline.topic(Topic.TEACHER_LOGITS)))
        .extracting(
            read ->
                read.key().substring(0, read.key().lastIndexOf('/')) + " in " + read.partition())
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** The text of LABELS windows without overlap: each token after the first of a window. */
  private static String text(List<TeacherLogits> windows) {
    StringBuilder text = new StringBuilder();
    for (TeacherLogits window : windows) {
      Labels labels = (Labels) TeacherLogitsRecords.decode(window, 64);
      for (int position = 1; position < labels.tokens().length; position++) {
        int token = labels.tokens()[position];
        text.append(token < 2 ? "" : (char) (token - 2));
      }
    }
    return text.toString();
  }
}
