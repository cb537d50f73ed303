package io.logitstream.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, open for reading. Lengths are 64-bit; one tensor may have at most 2^31 − 9
 * values.
 *
 * <p>The header is checked whole before anything is read: every byte of the data belongs to exactly
 * one tensor, and shapes agree with lengths.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final long HEADER_BYTES_MAX = 100L << 20;
  private static final int ARRAY_VALUES_MAX = Integer.MAX_VALUE - 8;
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;

  private SafetensorsFile(
      Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws SafetensorsException if the file is damaged, or holds a number type other than F32,
   *     BF16 and F16
   */
  public static SafetensorsFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return read(file, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The names of the tensors, in the header's order. */
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** Texts about the file, by key. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** Reads a tensor, converted to float32. */
  public Tensor read(String name) throws IOException {
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      throw new SafetensorsException(
          "%s: no tensor '%s'; it holds %s".formatted(file, name, names()));
    }
    long size = (entry.end() - entry.start()) / entry.type().bytes();
    if (size > ARRAY_VALUES_MAX) {
      throw new SafetensorsException(
          "%s: tensor '%s' has %d values, expected at most %d"
              .formatted(file, name, size, ARRAY_VALUES_MAX));
    }
    float[] values = new float[(int) size];
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long position = dataStart + entry.start();
    long end = dataStart + entry.end();
    for (int i = 0; i < values.length; ) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - position));
      position += readFully(file, channel, buffer, position);
      while (buffer.hasRemaining()) {
        values[i++] = entry.type().read(buffer);
      }
    }
    return new Tensor(name, entry.shape(), values);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static SafetensorsFile read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new SafetensorsException("%s has %d bytes, expected a header".formatted(file, size));
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length, 0);
    long headerBytes = length.getLong();
    if (headerBytes < 2 || headerBytes > Math.min(HEADER_BYTES_MAX, size - Long.BYTES)) {
      throw new SafetensorsException(
          "%s: header of %d bytes, expected 2 to %d"
              .formatted(file, headerBytes, Math.min(HEADER_BYTES_MAX, size - Long.BYTES)));
    }
    ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(headerBytes));
    readFully(file, channel, header, Long.BYTES);
    try {
      SafetensorsHeader parsed =
          SafetensorsHeader.parse(header.array(), size - Long.BYTES - headerBytes);
      return new SafetensorsFile(file, channel, parsed, Long.BYTES + headerBytes);
    } catch (SafetensorsException e) {
      throw new SafetensorsException(file + ": " + e.getMessage(), e);
    }
  }

  private static int readFully(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new SafetensorsException("%s ends at %d: it was cut off".formatted(file, at));
      }
      at += read;
    }
    buffer.flip();
    return buffer.remaining();
  }
}
