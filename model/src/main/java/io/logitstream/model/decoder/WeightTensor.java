package io.logitstream.model.decoder;

/**
 * A weight in host memory.
 *
 * @param slot its name, role and shape
 * @param values row-major float32; shared, not copied
 */
public record WeightTensor(WeightLayout.Slot slot, float[] values) {
  public WeightTensor {
    if (values.length != slot.size()) {
      throw new IllegalArgumentException(
          "%s has %d values, expected %d for shape %s"
              .formatted(slot.name(), values.length, slot.size(), slot.shape()));
    }
  }
}
