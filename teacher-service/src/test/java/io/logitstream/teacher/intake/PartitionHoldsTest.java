package io.logitstream.teacher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.lifecycle.RetryPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionHoldsTest {
  private static final long SECOND = 1_000_000_000L;

  private final PartitionHolds holds =
      new PartitionHolds(
          new RetryPolicy(100, Duration.ofSeconds(1), Duration.ofSeconds(4), 0), new Random(1));

  @Test
  void theRecordsOfAHeldPartitionWaitInOrderAndOthersStay() {
    Deque<ConsumerRecord<String, byte[]>> fetched =
        new ArrayDeque<>(List.of(record(1, 8), record(0, 6), record(0, 7), record(1, 9)));

    holds.hold(record(0, 5), fetched, "the registry is down", 0);

    assertThat(fetched).extracting(ConsumerRecord::offset).containsExactly(8L, 9L);
    assertThat(holds.partitions()).containsExactly(new TopicPartition("prompts", 0));
    assertThat(holds.why()).contains("prompts-0 waits at offset 5: the registry is down");
    assertThat(holds.takeDue(SECOND - 1)).isEmpty();
    assertThat(holds.takeDue(SECOND))
        .extracting(ConsumerRecord::offset)
        .containsExactly(5L, 6L, 7L);
    assertThat(holds.takeDue(2 * SECOND)).as("they were taken").isEmpty();
    assertThat(holds.partitions()).as("nothing is mended yet").hasSize(1);
  }

  @Test
  void pausesGrowUntilTheRecordIsMended() {
    long now = 0;
    for (long pause : new long[] {1, 2, 4, 4}) {
      holds.hold(record(0, 5), new ArrayDeque<>(), "still down", now);
      assertThat(holds.takeDue(now + pause * SECOND - 1)).isEmpty();
      now += pause * SECOND;
      assertThat(holds.takeDue(now)).hasSize(1);
    }

    assertThat(holds.mended(record(0, 5))).isTrue();
    assertThat(holds.mended(record(0, 6))).isFalse();
    assertThat(holds.why()).isEmpty();
    holds.hold(record(0, 7), new ArrayDeque<>(), "down again", now);
    assertThat(holds.takeDue(now + SECOND)).as("pauses begin anew").hasSize(1);
  }

  @Test
  void partitionsOfOthersAreForgotten() {
    holds.hold(record(0, 5), new ArrayDeque<>(), "down", 0);
    holds.hold(record(1, 5), new ArrayDeque<>(), "down", 0);

    holds.forget(List.of(new TopicPartition("prompts", 0)));

    assertThat(holds.takeDue(SECOND)).extracting(ConsumerRecord::partition).containsExactly(1);
  }

  private static ConsumerRecord<String, byte[]> record(int partition, long offset) {
    return new ConsumerRecord<>("prompts", partition, offset, "key", new byte[0]);
  }
}
