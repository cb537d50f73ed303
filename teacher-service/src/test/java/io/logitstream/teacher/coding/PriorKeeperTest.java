package io.logitstream.teacher.coding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.logits.coding.Sequence;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.teacher.RunningKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class PriorKeeperTest {
  private static final int VOCABULARY = 16;

  @Test
  void aWindowThatNothingCanBeLearnedFromKeepsNoPriorFromBeingLearnedFromOthers(KafkaSettings kafka)
      throws Exception {
    KafkaClients clients = new KafkaClients(kafka, "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, new TopicSettings(kafka.topicPrefix(), 1, (short) 1).pipeline());
    }
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    TeacherIdentity teacher = new TeacherIdentity("tiny", "r1", null, "0".repeat(64), VOCABULARY);
    try (PriorKeeper keeper = new PriorKeeper(clients, teacher, new PriorSchedule(8, 64), meters)) {
      keeper.begin();
      keeper.offer(window(VOCABULARY + 1)); // no id of the vocabulary
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                keeper.offer(window(3));
                return keeper.current().isPresent();
              });
    }
    assertThat(meters.get("logitstream.teacher.priors").tag("outcome", "failed").counter().count())
        .isEqualTo(1);
  }

  private static Sequence window(int id) {
    return Sequence.of(
        new int[] {1, 2}, new int[] {0, 1}, 4, new int[] {0, 1}, new int[] {id}, new int[] {4});
  }
}
