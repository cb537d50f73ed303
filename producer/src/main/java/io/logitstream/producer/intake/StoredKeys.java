package io.logitstream.producer.intake;

import io.logitstream.schemas.SourcePosition;

/**
 * Told of a source's idempotency keys while its topic is read, so that nobody has to hold all that
 * was read. A later word of a key replaces an earlier one.
 */
interface StoredKeys {
  /** A key, expired or not. */
  void stored(String key, SourcePosition value);

  /** A key whose record was deleted. */
  void forgotten(String key);
}
