package io.logitstream.teacher.batching;

/** A prompt that no teacher can score, whatever happens around it. */
public final class UnscorablePromptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code short code of the reason, one of few
   * @param message what was found and what was expected
   */
  public UnscorablePromptException(String code, String message) {
    super(message);
    this.code = code;
  }

  /** Short code of the reason. */
  public String code() {
    return code;
  }
}
