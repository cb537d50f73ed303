package io.logitstream.producer.lines;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where reading goes on in a file, and what comes after it.
 *
 * @param generation how often the file was replaced before
 * @param offset offset of the next line
 * @param file the file
 * @param readBytes length of what was read last, right before the offset
 * @param readSha256 SHA-256 (hex) of that; null where an earlier version wrote the position
 * @param next the files that have replaced it and each other, in their order
 */
record Position(
    int generation,
    long offset,
    FileIdentity file,
    int readBytes,
    @Nullable String readSha256,
    List<FileIdentity> next) {
  private static final int READ_BYTES = 256;

  Position {
    next = List.copyOf(next);
  }

  /** Where reading goes on in the first of the files; everything before the offset was given. */
  static Position in(List<OpenedFile> files, int generation, long offset) throws IOException {
    OpenedFile file = files.get(0);
    int readBytes = (int) Math.min(READ_BYTES, offset);
    List<FileIdentity> next = new ArrayList<>();
    for (OpenedFile replacement : files.subList(1, files.size())) {
      next.add(FileIdentity.of(replacement));
    }
    return new Position(
        generation,
        offset,
        FileIdentity.of(file),
        readBytes,
        file.sha256(offset - readBytes, readBytes),
        next);
  }

  /**
   * Whether what has the name may be the file, on another machine say: nothing speaks against it.
   */
  boolean mayBe(OpenedFile candidate) throws IOException {
    return next.isEmpty() && !file.isEmptyOtherThan(candidate) && fits(candidate);
  }

  /** Whether a file has what was read, as far as is known. */
  private boolean fits(OpenedFile candidate) throws IOException {
    return candidate.length() >= offset
        && file.beginsLike(candidate)
        && (readSha256 == null
            || candidate.sha256(offset - readBytes, readBytes).equals(readSha256));
  }

  /** Whether it is the file that was read. */
  boolean isOf(OpenedFile candidate) throws IOException {
    return file.isOf(candidate) && fits(candidate);
  }

  /** Whether a file has so much of what was read that it must be a copy, if not the file. */
  boolean isCopiedTo(OpenedFile candidate) throws IOException {
    return readSha256 != null && readBytes == READ_BYTES && fits(candidate);
  }
}
