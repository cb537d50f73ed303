package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.djl.ndarray.NDManager;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.model.torchscript.TorchProgram;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.teacher.scoring.WindowScoring;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What bytes condemn goes to the dead letters; what the surroundings may mend is waited for. */
@ExtendWith(RunningKafka.class)
class SurroundingsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final byte[] UNKNOWN_SCHEMA = {0, 0x7f, 1, 2, 3, 9, 9};

  @TempDir private Path directory;

  @Test
  void aSchemaThatTheRegistryDoesNotKnowHoldsItsPartitionAndNoOtherUntilAnOperatorSkipsIt(
      KafkaSettings kafka) throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      pipeline.send("unknown", UNKNOWN_SCHEMA);
      ConsumerRecord<String, byte[]> held = pipeline.records(pipeline.topic(Topic.PROMPTS)).get(0);
      for (int index = 0; index < 40; index++) {
        pipeline.send(Pipeline.prompt(index, "text").build());
      }
      long others =
          pipeline.records(pipeline.topic(Topic.PROMPTS)).stream()
              .filter(read -> read.partition() != held.partition())
              .count();
      assertThat(others).isBetween(1L, 39L);
      Health health = new Health();
      try (RunningTeacher teacher =
          RunningTeacher.start(pipeline.teacher(new SimpleMeterRegistry(), health))) {
        await()
            .atMost(LONG)
            .until(() -> teacher.progress().prompts() == others && !health.isReady());
        assertThat(health.reasons())
            .singleElement()
            .asString()
            .contains("waits at offset " + held.offset())
            .contains("schema 2130772483")
            .contains(kafka.registryUrl());
        assertThat(health.isLive()).isTrue();
      }
      assertThat(pipeline.deadLetters()).isEmpty();

      pipeline.with("teacher.skip", held.partition() + "@" + held.offset());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 40 - others);
      }
      assertThat(pipeline.deadLetters())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.CODE))
                    .contains("operator");
                assertThat(letter.value()).isEqualTo(UNKNOWN_SCHEMA);
              });
    }
  }

  @Test
  void aRecordThatUnfoldsToMoreThanADeadLetterMayHoldIsCutAndOthersGoOn(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      byte[] bomb = new byte[20 << 20];
      // A zero would begin the wire format, with a schema that the registry may learn.
      bomb[0] = 1;
      pipeline.sendCompressed(0, bomb);
      pipeline.send(Pipeline.prompt(0, "text").setPromptId("p".repeat(300_000)).build());
      pipeline.send(Pipeline.prompt(1, "text").build());
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await()
            .atMost(LONG)
            .until(() -> teacher.progress().prompts() + teacher.progress().deadLetters() == 3);
      }
      assertThat(pipeline.logits(Topic.TEACHER_LOGITS)).hasSize(1);
      assertThat(pipeline.deadLetters())
          .hasSize(2)
          .anySatisfy(
              letter -> {
                assertThat(letter.value()).hasSize(1024);
                assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.VALUE_BYTES))
                    .contains("20971520");
              })
          .anySatisfy(
              letter ->
                  assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.MESSAGE))
                      .contains("a promptId of 300000 characters, expected at most 256"));
    }
  }

  @Test
  void manyDeadLettersInARowStopTheTeacherAndAGoodPromptBetweenThemDoesNot(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka).with("teacher.max-dead-letters-in-a-row", 3)) {
      for (int index = 0; index < 3; index++) {
        pipeline.send("same partition", new byte[] {1});
        pipeline.send("same partition", new byte[] {2});
        pipeline.send("same partition", goodPrompt(pipeline, index));
      }
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 3);
      }
      assertThat(pipeline.deadLetters()).hasSize(6);
      for (int index = 0; index < 4; index++) {
        pipeline.send("same partition", new byte[] {1});
      }

      assertThatThrownBy(() -> pipeline.teacher().run(new StopSignal()))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
          .hasMessageContaining("4 prompts in a row")
          .hasMessageContaining("at most 3")
          .hasMessageContaining("malformed-prompt");
    }
  }

  @Test
  void promptsThatRetentionDeletedBeforeTheyWereScoredAreCounted(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      for (int index = 0; index < 40; index++) {
        pipeline.send(Pipeline.prompt(index, "text").build());
      }
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 40);
      }
      for (int index = 40; index < 80; index++) {
        pipeline.send(Pipeline.prompt(index, "text").build());
      }
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      for (int partition = 0; partition < Pipeline.PARTITIONS; partition++) {
        all.put(
            new TopicPartition(pipeline.topic(Topic.PROMPTS), partition),
            RecordsToDelete.beforeOffset(-1));
      }
      pipeline.admin.deleteRecords(all).all().get();
      pipeline.send(Pipeline.prompt(80, "text").build());
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher(meters, new Health()))) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 1);
        assertThat(meters.get("logitstream.teacher.lost.offsets").functionCounter().count())
            .isEqualTo(40);
      }
    }
  }

  @Test
  void aBatchThatMemoryDoesNotSufficeForEndsTheTeacherWithTheSettingsToLower(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      pipeline.send(Pipeline.prompt(0, "text").build());
      TeacherPorts ports =
          new TeacherPorts(
              ClientSource.network(), Execution.system(), SurroundingsTest::insatiable, "memory");

      assertThatThrownBy(() -> pipeline.teacher(new Health(), ports).run(new StopSignal()))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FATAL))
          .hasMessageContaining("could not score 1 windows of up to ")
          .hasMessageContaining("you tried to allocate 140737488355328 bytes")
          .hasMessageContaining("Lower teacher.batch-tokens (4096)");
      assertThat(pipeline.logits(Topic.TEACHER_LOGITS)).isEmpty();

      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher())) {
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 1);
      }
      assertThat(pipeline.logits(Topic.TEACHER_LOGITS)).hasSize(1);
    }
  }

  /** A teacher whose program asks libtorch for 128 TiB. */
  private static TeacherModel insatiable(TeacherSettings settings) throws IOException {
    TeacherModel model = TeacherModel.open(settings);
    NDManager manager = TorchEngine.start("cpu", 1).newManager();
    TorchProgram program =
        TorchProgram.compile(
            manager,
            "  def score(self, x: Tensor) -> Tensor:\n"
                + "    return torch.add(torch.zeros([35184372088832]), x)\n");
    WindowScoring scoring =
        batch -> {
          program.infer(manager, "score", manager.create(0f));
          throw new AssertionError("there is no such memory");
        };
    return new TeacherModel(
        model.identity(),
        model.tokenizer(),
        model.conversations(),
        model.computeType(),
        scoring,
        scoring,
        model.sizing(),
        () -> {
          program.close();
          manager.close();
          model.close();
        });
  }

  private Pipeline labels(KafkaSettings kafka) {
    return new Pipeline(kafka)
        .with("teacher.model", TinyTeacher.withoutWeights(directory))
        .with("teacher.encoding", "labels");
  }

  private static byte[] goodPrompt(Pipeline pipeline, int index) {
    return pipeline.serialize(Pipeline.prompt(index, "text").build());
  }
}
