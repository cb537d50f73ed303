package io.logitstream.model.scoring;

import io.logitstream.model.decoder.Decoder;
import java.util.List;

/** Compares the distributions of two models of one vocabulary over a text. */
public final class TextComparer {
  /** Distributions of the teacher that wait for the student's: 256 MiB. */
  private static final int HELD_VALUES_MAX = 1 << 26;

  private final Decoder student;
  private final Decoder teacher;

  /**
   * @throws IllegalArgumentException if the vocabularies are of different sizes
   */
  public TextComparer(Decoder student, Decoder teacher) {
    int own = student.config().vocabularySize();
    int other = teacher.config().vocabularySize();
    if (own != other) {
      throw new IllegalArgumentException(
          "the teacher has %d tokens, the student %d: distributions over different tokens cannot be compared"
              .formatted(other, own));
    }
    this.student = student;
    this.teacher = teacher;
  }

  /**
   * Compares over every token after the first.
   *
   * @param ids at least two; windows are as long as both models allow
   */
  public TextComparison compare(List<Integer> ids) {
    int positionsMax = Math.min(student.config().maxPositions(), teacher.config().maxPositions());
    int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
    int rowsMax = Math.max(1, HELD_VALUES_MAX / student.config().vocabularySize());
    Sums sums = new Sums();
    for (ScoringWindow window : ScoringWindow.of(tokens, positionsMax)) {
      List<Decoder.Position> positions = window.positions();
      for (int from = 0; from < positions.size(); from += rowsMax) {
        compare(
            window.tokens(),
            positions.subList(from, Math.min(from + rowsMax, positions.size())),
            sums);
      }
    }
    return sums.means();
  }

  private void compare(int[] tokens, List<Decoder.Position> positions, Sums sums) {
    int vocabularySize = student.config().vocabularySize();
    float[] held = new float[positions.size() * vocabularySize];
    int[][] sequence = {tokens};
    teacher.score(
        sequence,
        positions,
        1f,
        (row, probabilities, offset, entropy, label) -> {
          System.arraycopy(probabilities, offset, held, row * vocabularySize, vocabularySize);
          sums.teacherCrossEntropy -= label;
        });
    student.score(
        sequence,
        positions,
        1f,
        (row, probabilities, offset, entropy, label) ->
            sums.add(held, row * vocabularySize, probabilities, offset, vocabularySize));
  }

  private static final class Sums {
    private long tokens;
    private double kl;
    private long agreements;
    private double acceptance;
    private double teacherCrossEntropy;

    /** A probability too small for a float counts as the smallest one there is. */
    void add(float[] teacher, int teacherOffset, float[] student, int studentOffset, int size) {
      int teachersBest = 0;
      int studentsBest = 0;
      for (int id = 0; id < size; id++) {
        float p = teacher[teacherOffset + id];
        float s = student[studentOffset + id];
        if (p > 0) {
          kl += p * Math.log((double) p / Math.max(s, Float.MIN_VALUE));
        }
        acceptance += Math.min(p, s);
        teachersBest = p > teacher[teacherOffset + teachersBest] ? id : teachersBest;
        studentsBest = s > student[studentOffset + studentsBest] ? id : studentsBest;
      }
      agreements += teachersBest == studentsBest ? 1 : 0;
      tokens++;
    }

    TextComparison means() {
      return new TextComparison(
          kl / tokens,
          (double) agreements / tokens,
          acceptance / tokens,
          teacherCrossEntropy / tokens);
    }
  }
}
