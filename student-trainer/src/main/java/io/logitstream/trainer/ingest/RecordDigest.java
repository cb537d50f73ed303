package io.logitstream.trainer.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over the keys and values of records, in order: of each its length as four bytes, big
 * endian, then its bytes; -1 stands for null.
 */
public final class RecordDigest {
  private final MessageDigest digest;

  public RecordDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds a record. */
  public void add(@Nullable String key, byte @Nullable [] value) {
    add(key == null ? null : key.getBytes(StandardCharsets.UTF_8));
    add(value);
  }

  /** The digest as hex; ends it. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private void add(byte @Nullable [] bytes) {
    digest.update(
        ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes == null ? -1 : bytes.length).array());
    if (bytes != null) {
      digest.update(bytes);
    }
  }
}
