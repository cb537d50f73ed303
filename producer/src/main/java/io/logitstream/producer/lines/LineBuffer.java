package io.logitstream.producer.lines;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts bytes at line ends. Of a line that is too long nothing is kept. For one thread. */
final class LineBuffer {
  private final int maxBytes;
  private ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean tooLong;
  private long consumed;
  private long lineStart;

  /** A line without its end; without its bytes where it is too long. */
  record Cut(byte[] bytes, boolean tooLong, long start) {}

  /**
   * @param maxBytes the most bytes that a line may have
   * @param start offset of the first byte that will be added
   */
  LineBuffer(int maxBytes, long start) {
    this.maxBytes = maxBytes;
    this.consumed = start;
    this.lineStart = start;
  }

  /**
   * Adds bytes.
   *
   * @return how many were used: all, or those up to the end of the last line that was wanted
   */
  int add(byte[] bytes, int from, int to, int maxLines, Consumer<Cut> lines) {
    int count = 0;
    int at = from;
    while (at < to && count < maxLines) {
      int end = lineEnd(bytes, at, to);
      keep(bytes, at, end);
      at = end;
      if (end < to) {
        at++;
        consumed++;
        lines.accept(end());
        count++;
      }
    }
    return at - from;
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private void keep(byte[] bytes, int from, int to) {
    tooLong |= to - from > maxBytes - line.size();
    if (tooLong) {
      line = new ByteArrayOutputStream();
    } else {
      line.write(bytes, from, to - from);
    }
    consumed += to - from;
  }

  /** Whether there are bytes behind the last line end. */
  boolean hasRest() {
    return consumed > lineStart;
  }

  /** What is behind the last line end, as a line. */
  Cut rest() {
    return end();
  }

  /** Offset behind the last line that was given. */
  long offset() {
    return lineStart;
  }

  private Cut end() {
    byte[] bytes = line.toByteArray();
    int length =
        bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    Cut cut =
        new Cut(length == bytes.length ? bytes : Arrays.copyOf(bytes, length), tooLong, lineStart);
    line = new ByteArrayOutputStream();
    tooLong = false;
    lineStart = consumed;
    return cut;
  }
}
