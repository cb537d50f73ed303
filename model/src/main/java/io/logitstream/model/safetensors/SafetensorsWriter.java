package io.logitstream.model.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes safetensors files: a 64-bit little-endian header length, a JSON header padded with spaces
 * to 8 bytes, then the tensors' bytes without gaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ALIGNMENT = 8;
  private static final int BUFFER_VALUES = 1 << 14;

  private SafetensorsWriter() {}

  /** Writes tensors in their order, all in one number type. */
  public static void write(Path file, List<Tensor> tensors, TensorType type) throws IOException {
    byte[] header = header(tensors, type);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .array());
      out.write(header);
      ByteBuffer buffer =
          ByteBuffer.allocate(BUFFER_VALUES * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (Tensor tensor : tensors) {
        for (float value : tensor.values()) {
          if (!buffer.hasRemaining()) {
            drain(buffer, out);
          }
          type.write(value, buffer);
        }
        drain(buffer, out);
      }
    }
  }

  private static void drain(ByteBuffer buffer, OutputStream out) throws IOException {
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  private static byte[] header(List<Tensor> tensors, TensorType type) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Tensor tensor : tensors) {
      long end = offset + (long) tensor.values().length * type.bytes();
      ObjectNode entry = root.putObject(tensor.name());
      entry.put("dtype", type.name());
      tensor.shape().forEach(entry.putArray("shape")::add);
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = JSON.writeValueAsBytes(root);
    byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }
}
