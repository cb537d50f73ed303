package io.logitstream.producer.lines;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where reading goes on in a file.
 *
 * @param generation how often the file was replaced before
 * @param offset offset of the next line
 * @param headBytes length of the beginning that tells the file from its successor
 * @param headSha256 SHA-256 (hex) of that beginning
 * @param fileKey what the file system tells the file by, whatever its name; null where it has no
 *     such thing, or an earlier version wrote the position
 */
record Position(
    int generation, long offset, int headBytes, String headSha256, @Nullable String fileKey) {
  /** Bytes of a beginning that hardly two files have in common. */
  private static final int HEAD_BYTES = 256;

  /** Where reading goes on in a file of which everything before the offset was given. */
  static Position in(OpenedFile file, int generation, long offset) throws IOException {
    int headBytes = (int) Math.min(HEAD_BYTES, offset);
    return new Position(generation, offset, headBytes, file.headSha256(headBytes), file.key());
  }

  /** Whether the file begins as the one that was read, and is not shorter than what was read. */
  boolean fits(OpenedFile file) throws IOException {
    return file.length() >= offset && file.headSha256(headBytes).equals(headSha256);
  }

  /** Whether the file is known to be the one that was read. */
  boolean isOf(OpenedFile file) throws IOException {
    // A key may be another file's once its file is deleted: the beginning must tell it too.
    return headBytes > 0 && fileKey != null && fileKey.equals(file.key()) && fits(file);
  }

  /** Whether the file begins as the one that was read, for long enough to be a copy of it. */
  boolean isCopiedTo(OpenedFile file) throws IOException {
    return headBytes == HEAD_BYTES && fits(file);
  }
}
