package io.logitstream.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicTest {

  @Test
  void promptsAreKeptSevenDaysByTheBrokersClock() {
    TopicSpecification prompts = Topic.PROMPTS.specification("staging.", 6, (short) 3);

    assertThat(prompts.name()).isEqualTo("staging.prompts");
    assertThat(prompts.partitions()).isEqualTo(6);
    assertThat(prompts.replicationFactor()).isEqualTo((short) 3);
    assertThat(prompts.settings())
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("message.timestamp.type", "LogAppendTime")
        .containsEntry("retention.ms", "604800000");
  }

  @Test
  void topicsThatAreJoinedByPromptHaveEqualPartitionCounts() {
    assertThat(
            List.of(Topic.PROMPTS, Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS).stream()
                .map(topic -> topic.specification("", 12, (short) 1).partitions()))
        .containsOnly(12);
  }

  @Test
  void aRunsManifestsAndLedgerAreCompactedAndLieInOnePartition() {
    for (Topic topic : List.of(Topic.CHECKPOINTS, Topic.TRAINING_LEDGER, Topic.CHECKPOINT_CHUNKS)) {
      TopicSpecification specification = topic.specification("", 12, (short) 1);
      assertThat(specification.partitions()).isEqualTo(1);
      assertThat(specification.settings()).containsEntry("cleanup.policy", "compact");
      assertThat(specification.settings()).doesNotContainKey("retention.ms");
    }
  }

  @Test
  void logitsHoldEightMebibytesAndTheirDeadLettersNine() {
    assertThat(Topic.TEACHER_LOGITS.specification("", 1, (short) 1).maxMessageBytes())
        .isEqualTo(8 << 20);
    TopicSpecification deadLetters = Topic.TEACHER_LOGITS.deadLetterSpecification("", (short) 1);
    assertThat(deadLetters.name()).isEqualTo("teacher-logits.dlq");
    assertThat(deadLetters.maxMessageBytes()).isEqualTo(9 << 20);
    assertThat(deadLetters.settings()).containsEntry("retention.ms", "2592000000");
  }

  @Test
  void aPipelineConsistsOfEveryTopicAndTheDeadLettersOfThoseThatAreRead() {
    assertThat(Topic.pipeline("", 3, (short) 1).stream().map(TopicSpecification::name))
        .containsExactly(
            "prompts",
            "prompts.dlq",
            "source-positions",
            "teacher-logits",
            "teacher-logits.dlq",
            "evaluation-logits",
            "evaluation-logits.dlq",
            "logit-priors",
            "training-steps",
            "training-ledger",
            "checkpoints",
            "checkpoint-chunks");
  }

  @Test
  void underErasureTombstonesRemoveWhatHoldsPromptsWithinABoundedTime() {
    Map<String, Map<String, String>> topics =
        Topic.erasablePipeline("", 3, (short) 1, Duration.ofHours(2)).stream()
            .collect(Collectors.toMap(TopicSpecification::name, TopicSpecification::settings));

    assertThat(topics).hasSize(Topic.pipeline("", 3, (short) 1).size());
    for (String name :
        List.of(
            "prompts",
            "prompts.dlq",
            "teacher-logits",
            "teacher-logits.dlq",
            "evaluation-logits.dlq")) {
      assertThat(topics.get(name))
          .as(name)
          .containsEntry("cleanup.policy", "compact,delete")
          .containsEntry("max.compaction.lag.ms", "7200000")
          .containsKey("retention.ms");
    }
    assertThat(topics.get("evaluation-logits"))
        .containsEntry("cleanup.policy", "compact")
        .containsEntry("max.compaction.lag.ms", "7200000");
    assertThat(topics.get("training-steps"))
        .containsEntry("cleanup.policy", "delete")
        .doesNotContainKey("max.compaction.lag.ms");
  }

  @Test
  void aTopicWithoutPartitionsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topic.PROMPTS.specification("", 0, (short) 1))
        .withMessage("topic prompts: 0 partitions, expected at least 1");
  }
}
