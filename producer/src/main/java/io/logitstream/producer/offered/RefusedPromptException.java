package io.logitstream.producer.offered;

/** An offered prompt that cannot become one, whatever happens around it. */
public final class RefusedPromptException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code short code of the reason, one of few
   * @param message what was found and what was expected
   */
  public RefusedPromptException(String code, String message) {
    super(message);
    this.code = code;
  }

  /** Short code of the reason. */
  public String code() {
    return code;
  }

  /** What was found and what was expected. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
