package io.logitstream.teacher.scoring;

import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SystematicSampler;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import java.util.List;

/**
 * What {@link SampledScoring} gives, to the bit, drawn on the device: M ids a position come from
 * there instead of V probabilities.
 */
public final class DeviceSampledScoring implements WindowScoring {
  private final DistributionSampler teacher;
  private final int vocabularySize;
  private final SampleSizing sizing;
  private final float temperature;
  private final String revision;

  /**
   * @param sizing M, the draws of a position; must not ask for distributions
   * @param revision the teacher's revision: another one draws another sample
   */
  public DeviceSampledScoring(
      DistributionSampler teacher,
      int vocabularySize,
      SampleSizing sizing,
      float temperature,
      String revision) {
    if (sizing.measuresVariance()) {
      throw new IllegalArgumentException("a target of variance needs distributions on the host");
    }
    this.teacher = teacher;
    this.vocabularySize = vocabularySize;
    this.sizing = sizing;
    this.temperature = temperature;
    this.revision = revision;
  }

  @Override
  public List<ScoredWindow> score(List<ScoringTask> batch) {
    int sampleSize = sizing.sampleSize();
    List<Window> windows = batch.stream().map(ScoringTask::window).toList();
    SampledBatch sampled = new SampledBatch(batch, vocabularySize, sampleSize, temperature);
    teacher.draw(
        windows,
        temperature,
        uniforms(batch),
        sampleSize,
        (index, position, ids, offset, entropy) ->
            add(sampled.at(index, position, entropy), ids, offset, sampleSize));
    return sampled.build();
  }

  private long[] uniforms(List<ScoringTask> batch) {
    long[] uniforms =
        new long[batch.stream().mapToInt(task -> task.window().trainedPositions()).sum()];
    int at = 0;
    for (ScoringTask task : batch) {
      for (PositionRange range : task.window().trained()) {
        for (int position = range.start(); position < range.end(); position++) {
          uniforms[at++] =
              SystematicSampler.uniform(task.promptId(), task.window().index(), position, revision);
        }
      }
    }
    return uniforms;
  }

  /** Counts what is drawn again, and ends the row. */
  private static void add(SampledLogits.Builder row, int[] ids, int offset, int draws) {
    int end = offset + draws;
    for (int first = offset; first < end; ) {
      int next = first + 1;
      while (next < end && ids[next] == ids[first]) {
        next++;
      }
      row.add(ids[first], next - first);
      first = next;
    }
    row.endRow();
  }
}
