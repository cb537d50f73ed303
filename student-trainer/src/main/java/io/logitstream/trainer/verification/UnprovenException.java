package io.logitstream.trainer.verification;

/** Ends a verification with another answer than proven. */
final class UnprovenException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Verification.Answer answer;

  private UnprovenException(Verification.Answer answer, String where) {
    super(where);
    this.answer = answer;
  }

  static UnprovenException refuted(String where) {
    return new UnprovenException(Verification.Answer.REFUTED, where);
  }

  static UnprovenException expired(String where) {
    return new UnprovenException(Verification.Answer.EXPIRED, where);
  }

  static UnprovenException otherHardware(String where) {
    return new UnprovenException(Verification.Answer.OTHER_HARDWARE, where);
  }

  /** The same, with where it was met. */
  UnprovenException at(String place) {
    return new UnprovenException(answer, place + getMessage());
  }

  Verification.Answer answer() {
    return answer;
  }
}
