package io.logitstream.priors;

import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.TeacherIdentity;
import java.util.Optional;

/**
 * What the chunks of a prior say about it.
 *
 * @param sha256 SHA-256 of its bytes, in hex
 * @param formatVersion version of its format
 * @param tokenizerSha256 SHA-256 of the tokenizer whose ids it speaks of
 * @param vocabularySize number of ids
 * @param teacherName the teacher whose stream it was learned from; empty where unknown
 * @param teacherRevision that teacher's revision; empty where unknown
 * @param learnedRecords records that it was learned from; 0 where unknown
 */
public record PriorDescription(
    String sha256,
    int formatVersion,
    String tokenizerSha256,
    int vocabularySize,
    Optional<String> teacherName,
    Optional<String> teacherRevision,
    long learnedRecords) {

  static PriorDescription of(LogitPriorChunk chunk) {
    return new PriorDescription(
        chunk.getPriorSha256(),
        chunk.getFormatVersion(),
        chunk.getTokenizerSha256(),
        chunk.getVocabularySize(),
        Optional.ofNullable(chunk.getTeacherName()),
        Optional.ofNullable(chunk.getTeacherRevision()),
        chunk.getLearnedRecords());
  }

  /** Whether it speaks of the ids of a teacher. */
  public boolean fits(TeacherIdentity teacher) {
    return tokenizerSha256.equals(teacher.getTokenizerSha256())
        && vocabularySize == teacher.getVocabularySize();
  }

  /** Whether it was learned from the stream of a teacher, of the same revision. */
  public boolean isOf(TeacherIdentity teacher) {
    return fits(teacher)
        && teacherName.filter(teacher.getName()::equals).isPresent()
        && teacherRevision.filter(teacher.getRevision()::equals).isPresent();
  }
}
