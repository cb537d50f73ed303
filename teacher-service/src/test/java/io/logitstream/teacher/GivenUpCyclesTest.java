package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.intake.Cycle;
import io.logitstream.teacher.intake.PreparedPrompt;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GivenUpCyclesTest {
  private final Health health = new Health();
  private final GivenUpCycles givenUp = new GivenUpCycles(health, 4096, Duration.ofMinutes(5));

  @BeforeEach
  void work() {
    health.ready("teacher", true, "at work");
  }

  @Test
  void onceIsTheCourseOfThingsAndASecondTimeLowersReadinessAndWaits() {
    assertThat(add(cycle(prompt(0, 7)))).isZero();
    assertThat(health.isReady()).isTrue();

    assertThat(add(cycle(prompt(1, 3), prompt(0, 7)))).isPositive();
    assertThat(health.reasons())
        .filteredOn(why -> why.startsWith("teacher-group waiting"))
        .singleElement()
        .asString()
        .contains("2 prompts of 20 tokens")
        .contains("were given up 2 times")
        .contains("after 1500 ms")
        .contains("teacher.max-poll-interval (300000 ms)");
  }

  @Test
  void theSamePromptTooOftenEndsTheTeacher() {
    for (int time = 1; time < GivenUpCycles.MOST; time++) {
      add(cycle(prompt(0, 7)));
      givenUp.committed(cycle(prompt(1, time)), Set.of(0, 1));
    }
    assertThat(health.isReady()).as("what others commit meanwhile mends nothing").isFalse();

    assertThatThrownBy(() -> add(cycle(prompt(0, 7))))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("prompts-0@7")
        .hasMessageContaining("were given up 10 times")
        .hasMessageContaining("lower teacher.batch-tokens (4096)");
  }

  @Test
  void aPromptThatIsCommittedAfterAllIsForgiven() {
    add(cycle(prompt(0, 7)));
    add(cycle(prompt(0, 7)));
    givenUp.committed(cycle(prompt(0, 7)), Set.of(0));

    assertThat(health.isReady()).isTrue();
    assertThat(add(cycle(prompt(0, 7)))).isZero();
  }

  @Test
  void aPromptThatAnotherTeacherHasNowIsNotWaitedForHere() {
    add(cycle(prompt(0, 7)));
    add(cycle(prompt(0, 7)));
    givenUp.committed(cycle(prompt(1, 1)), Set.of(1));

    assertThat(health.isReady()).isTrue();
  }

  private Duration add(Cycle cycle) {
    return givenUp.add(
        cycle, 1_500_000_000L, new CommitFailedException("why"), new SplittableRandom(1));
  }

  private static Cycle cycle(PreparedPrompt... prompts) {
    return new Cycle(Uuid.ONE_UUID, Arrays.asList(prompts));
  }

  private static PreparedPrompt prompt(int partition, long offset) {
    return new PreparedPrompt.Scorable(
        new ConsumerRecord<>("prompts", partition, offset, "key", new byte[0]),
        Pipeline.prompt(0, "text").build(),
        List.of(new Window(0, new int[11], List.of(new PositionRange(0, 10)))),
        0);
  }
}
