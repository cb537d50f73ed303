package io.logitstream.trainer.ingest;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.schemas.TeacherIdentity;
import java.util.Optional;

/**
 * What a teacher must share with the student.
 *
 * @param tokenizerSha256 SHA-256 (hex) of tokenizer.json
 * @param vocabularySize number of token ids
 * @param maxTokens longest window, in tokens
 */
public record StudentIdentity(String tokenizerSha256, int vocabularySize, int maxTokens) {
  /**
   * The identity of a student.
   *
   * @param maxTokens the longest window that the settings allow
   */
  public static StudentIdentity of(ModelConfig config, String tokenizerSha256, int maxTokens) {
    return new StudentIdentity(
        tokenizerSha256, config.vocabularySize(), Math.min(maxTokens, config.maxPositions() + 1));
  }

  /** Why nothing can be learned from a teacher's records, if so. */
  public Optional<Reading.Condemned> refusal(TeacherIdentity teacher) {
    if (!teacher.getTokenizerSha256().equals(tokenizerSha256)) {
      return Optional.of(
          new Reading.Condemned(
              "wrong-tokenizer",
              ("teacher %s has tokenizer %s, expected the student's, %s: train on teachers that share it"
                      + " (student.teachers)")
                  .formatted(
                      AcceptedTeachers.name(teacher),
                      teacher.getTokenizerSha256(),
                      tokenizerSha256)));
    }
    if (teacher.getVocabularySize() != vocabularySize) {
      return Optional.of(
          new Reading.Condemned(
              "wrong-vocabulary",
              ("teacher %s has %d token ids, expected the student's %d: train on teachers that share"
                      + " them (student.teachers)")
                  .formatted(
                      AcceptedTeachers.name(teacher),
                      teacher.getVocabularySize(),
                      vocabularySize)));
    }
    return Optional.empty();
  }
}
