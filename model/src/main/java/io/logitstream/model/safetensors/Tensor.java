package io.logitstream.model.safetensors;

import java.util.List;

/**
 * A named tensor in host memory.
 *
 * @param name its name in the file
 * @param shape its dimensions
 * @param values row-major float32; shared, not copied
 */
public record Tensor(String name, List<Long> shape, float[] values) {
  public Tensor {
    shape = List.copyOf(shape);
    long size = shape.stream().reduce(1L, Math::multiplyExact);
    if (size != values.length) {
      throw new IllegalArgumentException(
          "%s has %d values, expected %d for shape %s".formatted(name, values.length, size, shape));
    }
  }
}
