package io.logitstream.distillation.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.optimizer.LearningRateSchedule.Decay;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void the_rate_warms_up_linearly_and_stays() {
    LearningRateSchedule schedule = LearningRateSchedule.constant(8, 4);
    assertThat(schedule.rateAt(1)).isEqualTo(2);
    assertThat(schedule.rateAt(3)).isEqualTo(6);
    assertThat(schedule.rateAt(4)).isEqualTo(8);
    assertThat(schedule.rateAt(1000)).isEqualTo(8);
    assertThat(LearningRateSchedule.constant(8, 0).rateAt(1)).isEqualTo(8);
  }

  @Test
  void a_stable_rate_falls_linearly_to_its_share_and_stays_there() {
    LearningRateSchedule schedule = decaying(4, new Decay(DecayShape.LINEAR, 6, 10, 0.25, false));
    assertThat(schedule.rateAt(4)).isEqualTo(8);
    assertThat(schedule.rateAt(10)).isEqualTo(8);
    assertThat(schedule.rateAt(15)).isEqualTo(5, within(1e-12));
    assertThat(schedule.rateAt(20)).isEqualTo(2, within(1e-12));
    assertThat(schedule.rateAt(1_000_000)).isEqualTo(2, within(1e-12));
  }

  @Test
  void a_cosine_falls_slowly_fast_and_slowly() {
    LearningRateSchedule schedule = decaying(0, new Decay(DecayShape.COSINE, 0, 100, 0, false));
    for (int step = 1; step <= 100; step++) {
      assertThat(schedule.rateAt(step))
          .isEqualTo(4 * (1 + Math.cos(Math.PI * step / 100)), within(1e-12));
    }
    assertThat(schedule.rateAt(101)).isZero();
  }

  @Test
  void a_restart_warms_up_anew_after_the_last_step_of_the_decay() {
    LearningRateSchedule once = decaying(4, new Decay(DecayShape.LINEAR, 6, 10, 0.25, false));
    LearningRateSchedule cycles = decaying(4, new Decay(DecayShape.LINEAR, 6, 10, 0.25, true));
    for (int step = 1; step <= 20; step++) {
      assertThat(cycles.rateAt(step)).isEqualTo(once.rateAt(step));
      assertThat(cycles.rateAt(step + 60)).isEqualTo(once.rateAt(step));
    }
  }

  @Test
  void values_out_of_range_are_refused_by_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.constant(0, 0))
        .withMessageContaining("learning rate 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.constant(1, -1))
        .withMessageContaining("warm-up");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Decay(DecayShape.LINEAR, 0, 0, 0, false))
        .withMessageContaining("decay steps 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Decay(DecayShape.LINEAR, 0, 1, 1.5, false))
        .withMessageContaining("final share 1.5");
  }

  private static LearningRateSchedule decaying(long warmupSteps, Decay decay) {
    return new LearningRateSchedule(8, warmupSteps, Optional.of(decay));
  }
}
