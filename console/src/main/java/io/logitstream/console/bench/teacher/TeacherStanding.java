package io.logitstream.console.bench.teacher;

/**
 * How well a text is foretold, each in bits for a byte of its UTF-8.
 *
 * @param domain the text's domain
 * @param documents documents of the text
 * @param bytes bytes that were foretold
 * @param tokens tokens that were foretold
 * @param teacher the teacher
 * @param xz {@code xz -9e}, which has the text alone to learn from, and all of it before each byte
 * @param fiveGram the 5-gram, which was learned from the teacher's training
 */
record TeacherStanding(
    String domain,
    int documents,
    int bytes,
    int tokens,
    double teacher,
    double xz,
    double fiveGram) {
  boolean beatsXz() {
    return teacher < xz;
  }

  boolean beatsFiveGram() {
    return teacher < fiveGram;
  }

  /** Whether the teacher is worth learning from, as far as this text tells. */
  boolean beatsBoth() {
    return beatsXz() && beatsFiveGram();
  }
}
