package io.logitstream.teacher.scoring;

import io.logitstream.logits.SystematicSampler;
import java.util.List;

/** A systematic sample of each distribution, drawn by a hash of the position. */
public final class SampledScoring implements WindowScoring {
  /** Of so many positions one is measured, where the variance counts. */
  private static final int MEASURED_POSITIONS = 8;

  private final TeacherForcedScorer scorer;
  private final int vocabularySize;
  private final float temperature;
  private final String revision;
  private final SampleSizing sizing;
  private SystematicSampler sampler;

  /**
   * @param sizing M, the draws of a position
   * @param revision the teacher's revision: another one draws another sample
   */
  public SampledScoring(
      TeacherForcedScorer scorer,
      int vocabularySize,
      SampleSizing sizing,
      float temperature,
      String revision) {
    this.scorer = scorer;
    this.vocabularySize = vocabularySize;
    this.temperature = temperature;
    this.revision = revision;
    this.sizing = sizing;
    this.sampler = new SystematicSampler(vocabularySize, sizing.sampleSize());
  }

  @Override
  public List<ScoredWindow> score(List<ScoringTask> batch) {
    if (sampler.sampleSize() != sizing.sampleSize()) {
      sampler = new SystematicSampler(vocabularySize, sizing.sampleSize());
    }
    SampledBatch sampled =
        new SampledBatch(batch, vocabularySize, sampler.sampleSize(), temperature);
    scorer.score(
        batch.stream().map(ScoringTask::window).toList(),
        temperature,
        (index, position, probabilities, offset, entropy) -> {
          ScoringTask task = batch.get(index);
          long uniform =
              SystematicSampler.uniform(task.promptId(), task.window().index(), position, revision);
          sampler.sample(probabilities, offset, uniform, sampled.at(index, position, entropy));
          if (sizing.measuresVariance() && position % MEASURED_POSITIONS == 0) {
            sizing.scored(probabilities, offset, vocabularySize);
          }
        });
    return sampled.build();
  }
}
