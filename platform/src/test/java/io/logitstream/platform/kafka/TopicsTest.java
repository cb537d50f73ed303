package io.logitstream.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class TopicsTest {
  private final KafkaSettings settings;

  TopicsTest(KafkaSettings settings) {
    this.settings = settings;
  }

  @Test
  void aCreatedPipelineVerifies() {
    List<TopicSpecification> pipeline = pipeline(3);
    try (Admin admin = admin()) {
      assertThat(Topics.create(admin, pipeline))
          .containsExactlyElementsOf(pipeline.stream().map(TopicSpecification::name).toList());

      Topics.verify(admin, pipeline);
      TopicIdentity prompts = Topics.identity(admin, Topic.PROMPTS.named(settings.topicPrefix()));
      assertThat(prompts.partitions()).isEqualTo(3);
    }
  }

  @Test
  void creatingAgainChangesNothing() {
    List<TopicSpecification> pipeline = pipeline(1);
    try (Admin admin = admin()) {
      Topics.create(admin, pipeline);

      assertThat(Topics.create(admin, pipeline)).isEmpty();
    }
  }

  @Test
  void everyWrongSettingIsNamedWithTheCommandThatMendsIt() throws Exception {
    TopicSpecification prompts = Topic.PROMPTS.specification(settings.topicPrefix(), 2, (short) 1);
    TopicSpecification checkpoints =
        Topic.CHECKPOINTS.specification(settings.topicPrefix(), 2, (short) 1);
    TopicSpecification missing =
        Topic.TEACHER_LOGITS.specification(settings.topicPrefix(), 2, (short) 1);
    try (Admin admin = admin()) {
      createAndAwait(
          admin,
          List.of(
              new NewTopic(prompts.name(), 1, (short) 1)
                  .configs(
                      Map.of(
                          "message.timestamp.type",
                          "CreateTime",
                          "max.message.bytes",
                          "1000",
                          "retention.ms",
                          "60000")),
              new NewTopic(checkpoints.name(), 1, (short) 1)
                  .configs(
                      Map.of(
                          "cleanup.policy",
                          "compact,delete",
                          "message.timestamp.type",
                          "LogAppendTime",
                          "max.message.bytes",
                          "9000000"))));

      assertThatThrownBy(() -> Topics.verify(admin, List.of(prompts, checkpoints, missing)))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION))
          .hasMessageStartingWith("5 topic settings are wrong:")
          .hasMessageContaining("topic %s: partitions is 1, expected 2", prompts.name())
          .hasMessageContaining("--alter --topic %s --partitions 2", prompts.name())
          .hasMessageContaining(
              "topic %s: message.timestamp.type is CreateTime, expected LogAppendTime",
              prompts.name())
          .hasMessageContaining(
              "topic %s: max.message.bytes is 1000, expected at least 2097152", prompts.name())
          .hasMessageContaining(
              "--entity-name %s --add-config max.message.bytes=2097152", prompts.name())
          .hasMessageContaining(
              "topic %s: cleanup.policy is compact,delete, expected compact", checkpoints.name())
          .hasMessageContaining("topic %s does not exist", missing.name())
          .hasMessageContaining("logitstream topics create")
          .hasMessageNotContaining("retention.ms");
    }
  }

  @Test
  void morePartitionsAnotherRetentionAndLargerRecordsAreTheOperatorsChoice() throws Exception {
    TopicSpecification prompts = Topic.PROMPTS.specification(settings.topicPrefix(), 2, (short) 1);
    try (Admin admin = admin()) {
      createAndAwait(
          admin,
          List.of(
              new NewTopic(prompts.name(), 5, (short) 1)
                  .configs(
                      Map.of(
                          "message.timestamp.type",
                          "LogAppendTime",
                          "max.message.bytes",
                          "9000000",
                          "retention.ms",
                          "60000"))));

      assertThatCode(() -> Topics.verify(admin, List.of(prompts))).doesNotThrowAnyException();
    }
  }

  @Test
  void deadLettersInMoreThanOnePartitionAreAnErrorForTheyWouldBeHalfRead() throws Exception {
    TopicSpecification letters =
        Topic.PROMPTS.deadLetterSpecification(settings.topicPrefix(), (short) 1);
    try (Admin admin = admin()) {
      createAndAwait(
          admin, List.of(new NewTopic(letters.name(), 3, (short) 1).configs(letters.settings())));

      assertThatThrownBy(() -> Topics.verify(admin, List.of(letters)))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION))
          .hasMessageStartingWith("1 topic setting is wrong:")
          .hasMessageContaining("topic %s: partitions is 3, expected 1", letters.name())
          .hasMessageContaining("--delete --topic %s, and then logitstream", letters.name())
          .hasMessageContaining("What it holds is lost");
    }
  }

  @Test
  void aPipelineThatIsNotSetUpForErasureIsToldHowToBe() {
    TopicSettings plain = new TopicSettings(settings.topicPrefix(), 2, (short) 1);
    TopicSettings erasable =
        new TopicSettings(settings.topicPrefix(), 2, (short) 1, Optional.of(Duration.ofDays(1)));
    try (Admin admin = admin()) {
      Topics.create(admin, List.of(plain.specification(Topic.PROMPTS)));

      assertThatThrownBy(() -> Topics.verify(admin, List.of(erasable.specification(Topic.PROMPTS))))
          .hasMessageContaining("cleanup.policy is delete, expected compact,delete")
          .hasMessageContaining("--add-config cleanup.policy=[compact,delete]")
          .hasMessageContaining("expected at most 86400000");

      Topics.create(admin, List.of(erasable.specification(Topic.TEACHER_LOGITS)));
      assertThatCode(
              () ->
                  Topics.verify(
                      admin,
                      List.of(
                          erasable.specification(Topic.TEACHER_LOGITS),
                          plain.specification(Topic.TEACHER_LOGITS))))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aTopicCreatedAgainHasAnotherIdentity() throws Exception {
    TopicSpecification topic = Topic.PROMPTS.specification(settings.topicPrefix(), 2, (short) 1);
    try (Admin admin = admin()) {
      Topics.create(admin, List.of(topic));
      TopicIdentity first = Topics.identity(admin, topic.name());
      admin.deleteTopics(List.of(topic.name())).all().get();
      Topics.create(admin, List.of(topic));

      await()
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(Topics.identity(admin, topic.name()).id()).isNotEqualTo(first.id()));
    }
  }

  @Test
  void theIdentityOfATopicThatIsNotThereIsRefused() {
    try (Admin admin = admin()) {
      assertThatThrownBy(() -> Topics.identity(admin, settings.topicPrefix() + "nowhere"))
          .isInstanceOf(LogitstreamException.class)
          .hasMessageContaining("logitstream topics create");
    }
  }

  @Test
  void aBrokerThatDoesNotAnswerIsRetryable() {
    KafkaSettings nowhere =
        new KafkaSettings(
            "127.0.0.1:1",
            settings.registryUrl(),
            "",
            true,
            Map.of("admin.default.api.timeout.ms", "1000", "admin.request.timeout.ms", "500"));
    try (Admin admin = new KafkaClients(nowhere, "test").admin()) {
      assertThatThrownBy(() -> Topics.identity(admin, "prompts"))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.RETRYABLE));
    }
  }

  private List<TopicSpecification> pipeline(int partitions) {
    return new TopicSettings(settings.topicPrefix(), partitions, (short) 1).pipeline();
  }

  private static void createAndAwait(Admin admin, List<NewTopic> topics) throws Exception {
    admin.createTopics(topics).all().get();
    List<String> names = topics.stream().map(NewTopic::name).toList();
    await()
        .ignoreExceptions()
        .until(() -> admin.describeTopics(names).allTopicNames().get().size() == names.size());
  }

  private Admin admin() {
    return new KafkaClients(settings, "test").admin();
  }
}
