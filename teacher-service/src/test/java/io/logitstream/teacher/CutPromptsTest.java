package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedKafka;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CutLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a teacher does where the log of the prompts is not any more what its group has read. */
@ExtendWith(RunningKafka.class)
class CutPromptsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String KEY = "one partition";
  private static final int PARTITION = PromptPartitioner.partition(KEY, Pipeline.PARTITIONS);

  @TempDir private Path directory;

  @Test
  void afterAnElectionThatCutTheLogOnlyWhatTookThePlaceOfTheEndIsScored() throws Exception {
    Path data = directory.resolve("broker");
    try (EmbeddedKafka server = EmbeddedKafka.on(data);
        Pipeline pipeline = labels(settings(server))) {
      send(pipeline, 0, 10);
      score(pipeline, 10);
    }
    CutLog.at(data, Topic.PROMPTS.named(""), PARTITION, 7);

    try (EmbeddedKafka server = EmbeddedKafka.on(data);
        Pipeline pipeline = labels(settings(server))) {
      // Past the old end: nothing is out of range.
      send(pipeline, 10, 15);

      assertThat(score(pipeline, 5)).isEqualTo(3);
      assertThat(promptIds(pipeline)).containsExactlyElementsOf(promptIds(0, 15));
    }
  }

  @Test
  void whereAnElectionCutOffWhatWasNotScoredYetNothingIsScoredTwice() throws Exception {
    Path data = directory.resolve("broker");
    try (EmbeddedKafka server = EmbeddedKafka.on(data);
        Pipeline pipeline = labels(settings(server))) {
      send(pipeline, 0, 4);
      score(pipeline, 4);
      send(pipeline, 4, 8);
    }
    CutLog.at(data, Topic.PROMPTS.named(""), PARTITION, 6);

    try (EmbeddedKafka server = EmbeddedKafka.on(data);
        Pipeline pipeline = labels(settings(server))) {
      send(pipeline, 10, 12);

      assertThat(score(pipeline, 4)).isZero();
      List<String> expected = new ArrayList<>(promptIds(0, 6));
      expected.addAll(promptIds(10, 12));
      assertThat(promptIds(pipeline)).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void aPositionPastTheEndOfWhichNoEpochIsKnownGoesOnAtTheEnd(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      send(pipeline, 0, 3);
      commit(pipeline, new OffsetAndMetadata(9));
      Health health = new Health();
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher(meters, health))) {
        await().atMost(LONG).until(() -> cutOffsets(meters) == 6);
        send(pipeline, 3, 5);
        await().atMost(LONG).until(() -> teacher.progress().prompts() == 2);
      }
      assertThat(promptIds(pipeline)).containsExactlyElementsOf(promptIds(3, 5));
    }
  }

  @Test
  void offsetsOfATopicThatWasCreatedAgainMeanNothingAndAllOfItIsScored(KafkaSettings kafka)
      throws Exception {
    try (Pipeline pipeline = labels(kafka)) {
      send(pipeline, 0, 3);
      commit(pipeline, new OffsetAndMetadata(2, Uuid.randomUuid().toString()));
      score(pipeline, 3);

      assertThat(promptIds(pipeline)).containsExactlyElementsOf(promptIds(0, 3));
    }
  }

  private static void commit(Pipeline pipeline, OffsetAndMetadata next) throws Exception {
    TopicPartition partition = new TopicPartition(pipeline.topic(Topic.PROMPTS), PARTITION);
    pipeline
        .admin
        .alterConsumerGroupOffsets("logitstream-teacher-cut", Map.of(partition, next))
        .all()
        .get();
  }

  /**
   * Runs a teacher until it has scored.
   *
   * @return the offsets that it counted as cut off, read while it runs: a meter does not keep alive
   *     what it counts
   */
  private static double score(Pipeline pipeline, int prompts) throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (RunningTeacher teacher = RunningTeacher.start(pipeline.teacher(meters, new Health()))) {
      await().atMost(LONG).until(() -> teacher.progress().prompts() >= prompts);
      return cutOffsets(meters);
    }
  }

  private static double cutOffsets(SimpleMeterRegistry meters) {
    return meters.get("logitstream.teacher.cut.offsets").functionCounter().count();
  }

  private static void send(Pipeline pipeline, int from, int until) {
    for (int index = from; index < until; index++) {
      pipeline.send(KEY, pipeline.serialize(Pipeline.prompt(index, "text").build()));
    }
  }

  private static List<String> promptIds(int from, int until) {
    return IntStream.range(from, until)
        .mapToObj(index -> RecordKeys.promptId("test", Integer.toString(index)))
        .toList();
  }

  /** Of the windows that were published, in the order of the prompts' creation. */
  private static List<String> promptIds(Pipeline pipeline) {
    return pipeline.logits(Topic.TEACHER_LOGITS).stream()
        .sorted(Comparator.comparing(TeacherLogits::getCreatedAt))
        .map(TeacherLogits::getPromptId)
        .toList();
  }

  private Pipeline labels(KafkaSettings kafka) {
    return new Pipeline(kafka)
        .with("teacher.model", TinyTeacher.withoutWeights(directory.resolve("model")))
        .with("teacher.encoding", "labels")
        .with("teacher.group", "logitstream-teacher-cut");
  }

  private static KafkaSettings settings(EmbeddedKafka server) {
    return new KafkaSettings(server.bootstrapServers(), server.registryUrl(), "", true, Map.of());
  }
}
