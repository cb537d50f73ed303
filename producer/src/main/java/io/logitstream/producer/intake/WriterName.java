package io.logitstream.producer.intake;

import io.logitstream.schemas.SourcePosition;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * What a process writes into the positions of its source, to tell them from any other's. For one
 * thread.
 */
final class WriterName {
  private final String prefix;
  private long transactions;

  /**
   * @param random makes a name that no other process has
   */
  WriterName(RandomGenerator random) {
    byte[] unique = new byte[16];
    random.nextBytes(unique);
    this.prefix = HexFormat.of().formatHex(unique) + "/";
  }

  /** The name of a transaction, and of none before. */
  String nextTransaction() {
    return prefix + ++transactions;
  }

  boolean wrote(SourcePosition position) {
    String transaction = position.getTransaction();
    return transaction != null && transaction.startsWith(prefix);
  }
}
