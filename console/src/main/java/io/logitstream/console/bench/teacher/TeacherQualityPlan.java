package io.logitstream.console.bench.teacher;

import io.logitstream.producer.source.HeldOutShare;
import java.nio.file.Path;

/**
 * What a teacher's quality is measured on.
 *
 * @param teacher a Hugging Face directory
 * @param training a folder with what it was trained on, one folder for each domain
 * @param traffic the same with text that is new to it
 * @param every of each domain's documents of the traffic, every so many-th is measured on
 * @param heldOut which groups of the traffic students are evaluated on
 * @param sampleTokens tokens of a sample of the teacher's writing
 * @param sampleSeed makes samples repeatable
 */
public record TeacherQualityPlan(
    Path teacher,
    Path training,
    Path traffic,
    int every,
    HeldOutShare heldOut,
    int sampleTokens,
    long sampleSeed) {
  public TeacherQualityPlan {
    if (every < 1 || sampleTokens < 1) {
      throw new IllegalArgumentException(
          "every %d-th document and %d tokens a sample, expected at least 1 of each"
              .formatted(every, sampleTokens));
    }
  }
}
