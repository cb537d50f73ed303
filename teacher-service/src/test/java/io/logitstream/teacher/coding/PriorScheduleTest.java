package io.logitstream.teacher.coding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PriorScheduleTest {
  @Test
  void priorsAreLearnedEarlyThenAsTheStreamGrowsThenAtAnInterval() {
    PriorSchedule schedule = new PriorSchedule(100, 5_000);
    assertThat(schedule.recordsUntilNext(0)).isEqualTo(100);
    assertThat(schedule.recordsUntilNext(10)).isEqualTo(100);
    assertThat(schedule.recordsUntilNext(100)).isEqualTo(300);
    assertThat(schedule.recordsUntilNext(1_600)).isEqualTo(4_800);
    assertThat(schedule.recordsUntilNext(6_400)).isEqualTo(5_000);
    assertThat(new PriorSchedule(100, 50).recordsUntilNext(0)).isEqualTo(50);
  }
}
