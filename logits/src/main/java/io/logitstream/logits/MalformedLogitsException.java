package io.logitstream.logits;

/** The bytes or the record condemn themselves: reading them again will not help. */
public final class MalformedLogitsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the bytes. */
  public enum Kind {
    /** The payload is not what was written: its CRC-32C differs. */
    CHECKSUM,
    /** The payload is whole, and not valid. */
    MALFORMED
  }

  private final Kind kind;

  public MalformedLogitsException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public MalformedLogitsException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What is wrong with the bytes. */
  public Kind kind() {
    return kind;
  }

  static MalformedLogitsException malformed(String format, Object... arguments) {
    return new MalformedLogitsException(Kind.MALFORMED, format.formatted(arguments));
  }
}
