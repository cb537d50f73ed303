package io.logitstream.logits;

/**
 * An encoding, or a version of one, that this build does not know; a newer one may. The record is
 * not at fault: keep it, and try again after an upgrade.
 */
public final class UnsupportedEncodingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedEncodingException(String message) {
    super(message);
  }
}
