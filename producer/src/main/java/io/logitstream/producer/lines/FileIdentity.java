package io.logitstream.producer.lines;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What tells a file from others of its folder, whatever its name.
 *
 * @param inode number that the file system knows it by; null where it has no such thing, or an
 *     earlier version wrote this
 * @param headBytes length of its beginning, as far as it was there
 * @param headSha256 SHA-256 (hex) of that beginning
 */
record FileIdentity(@Nullable String inode, int headBytes, String headSha256) {
  private static final int HEAD_BYTES = 256;

  static FileIdentity of(OpenedFile file) throws IOException {
    int headBytes = (int) Math.min(HEAD_BYTES, file.length());
    return new FileIdentity(file.inode(), headBytes, file.sha256(0, headBytes));
  }

  /** Whether a file begins like this one: those that one program writes may. */
  boolean beginsLike(OpenedFile file) throws IOException {
    return file.length() >= headBytes && file.sha256(0, headBytes).equals(headSha256);
  }

  /** Whether it is known to be another file, of which nothing was there to tell it by. */
  boolean isEmptyOtherThan(OpenedFile file) {
    return headBytes == 0 && inode != null && file.inode() != null && !inode.equals(file.inode());
  }

  /** Whether it is this file: a number may be another file's once its file is deleted. */
  boolean isOf(OpenedFile file) throws IOException {
    return headBytes > 0 && inode != null && inode.equals(file.inode()) && beginsLike(file);
  }
}
