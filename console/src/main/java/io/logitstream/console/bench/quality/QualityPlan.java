package io.logitstream.console.bench.quality;

import java.nio.file.Path;

/**
 * What is compared, and for how long.
 *
 * @param teacher a Hugging Face directory
 * @param student a Hugging Face directory; its shape counts, weights are drawn anew by each seed
 * @param traffic a folder for each domain, with source files or archives of them
 * @param seeds runs of every method; a seed decides the order of texts and the first weights
 * @param steps optimizer steps of a run
 * @param windowsPerStep windows of a step
 * @param sampleSize M of the SAMPLED records
 * @param topK k of the TOP_K records
 * @param softWeight share of the teacher's distribution in the loss, hard labels apart
 * @param learningRate peak of Muon and AdamW; it falls in a straight line to 0 at the last step
 * @param priorWindows windows that the prior of coded payloads is learned from, as samples
 * @param evaluationWindows held-out windows of a domain
 * @param parallel runs at a time, each on a thread of its own
 */
public record QualityPlan(
    Path teacher,
    Path student,
    Path traffic,
    int seeds,
    int steps,
    int windowsPerStep,
    int sampleSize,
    int topK,
    double softWeight,
    double learningRate,
    int priorWindows,
    int evaluationWindows,
    int parallel) {
  public QualityPlan {
    if (seeds < 1 || steps < 2 || windowsPerStep < 1 || priorWindows < 1) {
      throw new IllegalArgumentException(
          "%d seeds of %d steps of %d windows, %d for the prior: expected at least 1 of each and 2 steps"
              .formatted(seeds, steps, windowsPerStep, priorWindows));
    }
    if (evaluationWindows < 1 || parallel < 1) {
      throw new IllegalArgumentException(
          "%d windows to evaluate, %d seeds at a time: expected at least 1 of each"
              .formatted(evaluationWindows, parallel));
    }
  }
}
