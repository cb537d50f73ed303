package io.logitstream.logits.coding;

/** The bytes are not a context prior that this build can read. */
public final class MalformedPriorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedPriorException(String message) {
    super(message);
  }
}
