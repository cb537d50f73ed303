package io.logitstream.model.decoder;

/**
 * A model, or a file of one, that this build cannot compute. The message names the key, its value
 * and what is supported.
 */
public final class UnsupportedModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedModelException(String message) {
    super(message);
  }

  public UnsupportedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
