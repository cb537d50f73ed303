package io.logitstream.console.bench.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.logits.SampledLogits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntheticTeacherTest {
  @Test
  void itsWindowsAreTheSameAtEveryStart() {
    assertThat(sampled(1)).isEqualTo(sampled(1)).isNotEqualTo(sampled(2));
  }

  @Test
  void itsDistributionsAddUpToOneAndItsTextsFollowThem() {
    SyntheticTeacher teacher = new SyntheticTeacher(1, 0, 1);
    List<Double> sums = new ArrayList<>();
    double[] bits = new double[2];
    teacher.score(
        0,
        1,
        (window, tokens, position, probabilities, offset) -> {
          if (position % 64 == 0) {
            double sum = 0;
            for (int id = 0; id < SyntheticTeacher.VOCABULARY; id++) {
              sum += probabilities[offset + id];
            }
            sums.add(sum);
          }
          bits[0] -= Math.log(probabilities[offset + tokens[position + 1]]) / Math.log(2);
          bits[1] += teacher.bigramBits(tokens[position], tokens[position + 1]);
        });
    assertThat(sums).isNotEmpty().allSatisfy(sum -> assertThat(sum).isCloseTo(1, within(1e-3)));
    // The teacher knows its own texts far better than a bigram model can.
    assertThat(bits[0] / teacher.windowPositions()).isBetween(2.0, 4.5);
    assertThat(bits[1] / teacher.windowPositions()).isGreaterThan(6);
  }

  private static SampledLogits sampled(long seed) {
    SyntheticTeacher teacher = new SyntheticTeacher(seed, 0, 1);
    List<SampledLogits> windows = new ArrayList<>();
    teacher.score(0, 1, new WindowSamples(teacher, 20, (logits, window) -> windows.add(logits)));
    return windows.get(0);
  }
}
