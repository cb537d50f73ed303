package io.logitstream.model.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, open for reading. Lengths are 64-bit; one tensor may have at most 2^31 − 1
 * values.
 *
 * <p>The header is checked whole before anything is read: bounds, overlaps, and that shapes agree
 * with lengths.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long HEADER_BYTES_MAX = 100L << 20;
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Entry> entries;

  private record Entry(TensorType type, List<Long> shape, long start, long end) {}

  private SafetensorsFile(Path file, FileChannel channel, Map<String, Entry> entries) {
    this.file = file;
    this.channel = channel;
    this.entries = entries;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws SafetensorsException if the file is damaged, or holds a number type other than F32 and
   *     BF16
   */
  public static SafetensorsFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new SafetensorsFile(file, channel, readEntries(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The names of the tensors, in the header's order. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** Reads a tensor, converted to float32. */
  public Tensor read(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new SafetensorsException(
          "%s: no tensor '%s'; it holds %s".formatted(file, name, entries.keySet()));
    }
    float[] values = new float[Math.toIntExact((entry.end - entry.start) / entry.type.bytes())];
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long position = entry.start;
    for (int i = 0; i < values.length; ) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, entry.end - position));
      position += readFully(file, channel, buffer, position);
      while (buffer.hasRemaining()) {
        values[i++] = entry.type.read(buffer);
      }
    }
    return new Tensor(name, entry.shape, values);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static Map<String, Entry> readEntries(Path file, FileChannel channel) throws IOException {
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
    JsonNode root;
    try {
      root = JSON.readTree(header.array());
    } catch (IOException e) {
      throw new SafetensorsException("%s: the header is not JSON".formatted(file), e);
    }
    if (!root.isObject()) {
      throw new SafetensorsException("%s: the header is not a JSON object".formatted(file));
    }
    long dataStart = Long.BYTES + headerBytes;
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        entries.put(
            field.getKey(),
            entry(file + ": tensor '" + field.getKey() + "'", field.getValue(), dataStart, size));
      }
    }
    requireNoOverlap(file, entries);
    return entries;
  }

  private static Entry entry(String what, JsonNode node, long dataStart, long fileBytes) {
    TensorType type = type(what, node.path("dtype").asText());
    List<Long> shape = new ArrayList<>();
    for (JsonNode dimension : node.path("shape")) {
      if (!dimension.isIntegralNumber() || dimension.asLong() < 0) {
        throw new SafetensorsException("%s has the shape %s".formatted(what, node.path("shape")));
      }
      shape.add(dimension.asLong());
    }
    JsonNode offsets = node.path("data_offsets");
    if (offsets.size() != 2) {
      throw new SafetensorsException(
          "%s has data_offsets %s, expected a start and an end".formatted(what, offsets));
    }
    long start = offsets.get(0).asLong(-1);
    long end = offsets.get(1).asLong(-1);
    if (start < 0 || end < start || end > fileBytes - dataStart) {
      throw new SafetensorsException(
          "%s lies at %d to %d, outside the file's %d bytes of data: the file is cut off or damaged"
              .formatted(what, start, end, fileBytes - dataStart));
    }
    if (end - start != bytes(what, shape, type)) {
      throw new SafetensorsException(
          "%s has %d bytes, expected %s of type %s".formatted(what, end - start, shape, type));
    }
    return new Entry(type, shape, dataStart + start, dataStart + end);
  }

  private static TensorType type(String what, String name) {
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new SafetensorsException("%s has dtype '%s', expected F32 or BF16".formatted(what, name));
  }

  private static long bytes(String what, List<Long> shape, TensorType type) {
    try {
      long values = shape.stream().reduce(1L, Math::multiplyExact);
      return Math.multiplyExact((long) Math.toIntExact(values), type.bytes());
    } catch (ArithmeticException e) {
      throw new SafetensorsException(
          "%s has shape %s, expected at most 2^31 - 1 values".formatted(what, shape), e);
    }
  }

  private static void requireNoOverlap(Path file, Map<String, Entry> entries) {
    List<Map.Entry<String, Entry>> byStart = new ArrayList<>(entries.entrySet());
    byStart.sort(Comparator.comparingLong(named -> named.getValue().start()));
    for (int i = 1; i < byStart.size(); i++) {
      if (byStart.get(i).getValue().start() < byStart.get(i - 1).getValue().end()) {
        throw new SafetensorsException(
            "%s: tensors '%s' and '%s' overlap"
                .formatted(file, byStart.get(i - 1).getKey(), byStart.get(i).getKey()));
      }
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
