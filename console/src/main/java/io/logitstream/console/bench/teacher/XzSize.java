package io.logitstream.console.bench.teacher;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** How small {@code xz -9e} makes bytes. */
final class XzSize {
  /** What {@code e} makes of preset 9. */
  private static final int EXTREME_NICE_LENGTH = 273;

  private static final int EXTREME_DEPTH = 512;

  private XzSize() {}

  /** Bytes of the compressed file, as one stream. */
  static long of(byte[] bytes) {
    CountingStream counted = new CountingStream();
    try {
      LZMA2Options options = new LZMA2Options(LZMA2Options.PRESET_MAX);
      // A dictionary that is longer than the bytes finds nothing more, and takes eight times
      // itself.
      options.setDictSize(
          Math.max(LZMA2Options.DICT_SIZE_MIN, Math.min(options.getDictSize(), bytes.length)));
      options.setNiceLen(EXTREME_NICE_LENGTH);
      options.setDepthLimit(EXTREME_DEPTH);
      try (XZOutputStream out = new XZOutputStream(counted, options)) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("not compressed, though nothing is written", e);
    }
    return counted.count;
  }

  private static final class CountingStream extends OutputStream {
    private long count;

    @Override
    public void write(int value) {
      count++;
    }

    @Override
    public void write(byte[] values, int offset, int length) {
      count += length;
    }
  }
}
