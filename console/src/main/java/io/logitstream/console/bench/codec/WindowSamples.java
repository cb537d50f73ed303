package io.logitstream.console.bench.codec;

import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SystematicSampler;
import io.logitstream.schemas.topics.RecordKeys;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** Draws the counts of windows, position by position, as the teacher service draws them. */
final class WindowSamples implements BenchTeacher.PositionConsumer {
  private static final int LEAST_SIZE = 4;
  private static final double RARE = 1.0 / Fidelity.REFERENCE_DRAWS;

  private final BenchTeacher teacher;
  private final SystematicSampler sampler;
  private final ObjIntConsumer<SampledLogits> whole;
  private SampledLogits.@Nullable Builder rows;

  /**
   * @param whole receives each window's counts, and its number
   */
  WindowSamples(BenchTeacher teacher, int sampleSize, ObjIntConsumer<SampledLogits> whole) {
    this.teacher = teacher;
    this.sampler = new SystematicSampler(teacher.identity().getVocabularySize(), sampleSize);
    this.whole = whole;
  }

  /** The prompt that a window stands for. */
  static String promptId(int window) {
    return RecordKeys.promptId("bench", Integer.toString(window));
  }

  @Override
  public void accept(int window, int[] tokens, int position, float[] probabilities, int offset) {
    int positions = teacher.windowPositions();
    SampledLogits.Builder builder = rows;
    if (builder == null) {
      builder =
          new SampledLogits.Builder(
              tokens, teacher.identity().getVocabularySize(), sampler.sampleSize(), positions);
      rows = builder;
    }
    long uniform =
        SystematicSampler.uniform(promptId(window), 0, position, teacher.identity().getRevision());
    sampler.sample(probabilities, offset, uniform, builder);
    if (position == positions - 1) {
      whole.accept(builder.build(), window);
      rows = null;
    }
  }

  /**
   * The least sample size whose gradient varies no more than that of 50 independent draws; 2 %
   * less, because other windows are measured than those that it is chosen on.
   */
  static int leastSampleSize(BenchTeacher teacher) {
    int vocabularySize = teacher.identity().getVocabularySize();
    double[] systematic = new double[Fidelity.REFERENCE_DRAWS + 1];
    double[] reference = new double[1];
    int windows = Math.max(1, 4096 / teacher.windowPositions());
    teacher.score(
        0,
        Math.min(windows, teacher.priorWindows()),
        (window, tokens, position, probabilities, offset) -> {
          double squares = 0;
          double rare = 0;
          for (int id = 0; id < vocabularySize; id++) {
            double probability = probabilities[offset + id];
            squares += probability * probability;
            if (probability < RARE) {
              // At most one draw of any size: s p (1 - s p) / s^2 = p / s - p^2.
              rare += probability;
              systematic[0] -= probability * probability;
              continue;
            }
            for (int size = LEAST_SIZE; size < systematic.length; size++) {
              double part = size * probability % 1;
              systematic[size] += part * (1 - part) / size / size;
            }
          }
          for (int size = LEAST_SIZE; size < systematic.length; size++) {
            systematic[size] += rare / size;
          }
          reference[0] += (1 - squares) / Fidelity.REFERENCE_DRAWS;
        });
    int size = LEAST_SIZE;
    while (size < Fidelity.REFERENCE_DRAWS
        && systematic[size] + systematic[0] > 0.98 * reference[0]) {
      size++;
    }
    return size;
  }
}
