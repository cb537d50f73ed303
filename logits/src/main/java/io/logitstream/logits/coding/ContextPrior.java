package io.logitstream.logits.coding;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What is expected before a record is seen: how frequent each id is, which ids follow each token,
 * and the log-odds of the coder's decisions, learned from a sample of the stream. Known by the
 * SHA-256 of its bytes; immutable, for any thread.
 */
public final class ContextPrior {
  /** The version of the bytes that this build writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 2;

  /** The largest vocabulary. */
  public static final int MAX_VOCABULARY = 1 << 18;

  /** The most successors in all. */
  public static final int MAX_SUCCESSORS = 1 << 21;

  /** The most successors of a token. */
  public static final int MAX_LIST = 512;

  private static final long BYTES_A_SUCCESSOR = 17;
  private static final long BYTES_AN_ID = 64;
  private static final long BYTES_OF_ODDS = 1 << 18;

  private final byte[] bytes;
  private final String sha256;
  private final PriorTables tables;

  private ContextPrior(byte[] bytes, PriorTables tables) {
    this.bytes = bytes;
    this.sha256 = HexFormat.of().formatHex(sha256(bytes));
    this.tables = tables;
  }

  /**
   * Reads a prior.
   *
   * @param bytes the whole of it; kept, not copied
   * @throws io.logitstream.logits.coding.MalformedPriorException if they are not a prior of a
   *     version that this build knows
   */
  public static ContextPrior read(byte[] bytes) {
    return new ContextPrior(bytes, PriorFormat.read(bytes));
  }

  static ContextPrior of(PriorTables tables) {
    return read(PriorFormat.write(tables));
  }

  /** The serialised form; read, never written to. */
  public byte[] bytes() {
    return bytes;
  }

  /** SHA-256 of the bytes, in hex: the prior's name. */
  public String sha256() {
    return sha256;
  }

  /** The version of the bytes. */
  public int formatVersion() {
    return bytes[0];
  }

  /** About how much memory the prior and a coder of it take. */
  public long memoryBytes() {
    return bytes.length
        + BYTES_A_SUCCESSOR * successors()
        + BYTES_AN_ID * vocabularySize()
        + BYTES_OF_ODDS;
  }

  /** V. */
  public int vocabularySize() {
    return tables.vocabularySize();
  }

  /** Number of successors in all lists. */
  public int successors() {
    return tables.successors();
  }

  PriorTables tables() {
    return tables;
  }

  /** SHA-256 of bytes. */
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "ContextPrior[sha256=%s, vocabularySize=%d, successors=%d, bytes=%d]"
        .formatted(sha256, vocabularySize(), successors(), bytes.length);
  }
}
