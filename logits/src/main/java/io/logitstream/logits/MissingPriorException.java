package io.logitstream.logits;

/**
 * The prior that a payload is coded under is not there. The record is not at fault: keep it, and
 * try again when the prior has arrived.
 */
public final class MissingPriorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String sha256;

  /**
   * @param sha256 the prior's SHA-256, in hex
   */
  public MissingPriorException(String sha256) {
    this(sha256, "no priors are at hand");
  }

  /**
   * @param sha256 the prior's SHA-256, in hex
   * @param found what is there instead
   */
  public MissingPriorException(String sha256, String found) {
    super("the payload is coded under prior %s, which is not there (%s)".formatted(sha256, found));
    this.sha256 = sha256;
  }

  /** SHA-256 of the prior, in hex. */
  public String sha256() {
    return sha256;
  }
}
