package io.logitstream.model.decoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** All weights of a decoder in host memory, float32, in the order of {@link WeightLayout}. */
public final class Weights {
  private final List<WeightTensor> tensors;

  /**
   * Weights of a configuration.
   *
   * @throws UnsupportedModelException if a weight is missing, of another shape, or not finite
   */
  public Weights(ModelConfig config, List<WeightTensor> tensors) {
    List<WeightLayout.Slot> slots = WeightLayout.of(config).slots();
    if (!slots.equals(tensors.stream().map(WeightTensor::slot).toList())) {
      throw new UnsupportedModelException(
          "the weights are %s, expected %s"
              .formatted(tensors.stream().map(WeightTensor::slot).toList(), slots));
    }
    for (WeightTensor tensor : tensors) {
      requireFinite(tensor);
    }
    this.tensors = List.copyOf(tensors);
  }

  /**
   * Weights to start training from: normal with deviation 0.02, the matrices that write into the
   * residual stream narrower by √(2·layers) (GPT-2's scaling), norms 1, biases 0; of adapters A
   * uniform within ±1/√in (Kaiming's with a = √5, as PEFT draws it) and B 0. A function of
   * configuration and seed alone; the model's own weights are the same with adapters and without.
   */
  public static Weights initialise(ModelConfig config, long seed) {
    InitialWeights initial = new InitialWeights(config, seed);
    return new Weights(
        config, WeightLayout.of(config).slots().stream().map(initial::draw).toList());
  }

  /**
   * Weights from {@link #toBytes()}.
   *
   * @throws UnsupportedModelException if the length is not that of the configuration
   */
  public static Weights fromBytes(ModelConfig config, ByteBuffer bytes) {
    WeightLayout layout = WeightLayout.of(config);
    if (bytes.remaining() != layout.parameters() * Float.BYTES) {
      throw new UnsupportedModelException(
          "%d bytes of weights, expected %d for %d float32 parameters"
              .formatted(
                  bytes.remaining(), layout.parameters() * Float.BYTES, layout.parameters()));
    }
    ByteBuffer source = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    List<WeightTensor> tensors = new ArrayList<>();
    for (WeightLayout.Slot slot : layout.slots()) {
      float[] values = new float[Math.toIntExact(slot.size())];
      source.asFloatBuffer().get(values);
      source.position(source.position() + values.length * Float.BYTES);
      tensors.add(new WeightTensor(slot, values));
    }
    return new Weights(config, tensors);
  }

  /** The weights, in the order of {@link WeightLayout}. */
  public List<WeightTensor> tensors() {
    return tensors;
  }

  /**
   * All values one after the other, float32 little-endian, in the order of {@link WeightLayout}.
   */
  public byte[] toBytes() {
    return bytes(tensors);
  }

  private List<WeightLayout.Slot> slots() {
    return tensors.stream().map(WeightTensor::slot).toList();
  }

  private static byte[] bytes(List<WeightTensor> tensors) {
    long length = tensors.stream().mapToLong(tensor -> tensor.slot().size() * Float.BYTES).sum();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    for (WeightTensor tensor : tensors) {
      bytes.asFloatBuffer().put(tensor.values());
      bytes.position(bytes.position() + tensor.values().length * Float.BYTES);
    }
    return bytes.array();
  }

  /**
   * The values of those weights that training changes ({@link WeightLayout#learned()}), one after
   * the other, float32 little-endian: all of them, or an adapted model's adapters.
   */
  public byte[] learnedBytes() {
    return bytes(new WeightLayout(slots()).learned().stream().map(tensors::get).toList());
  }

  /** SHA-256 (hex) of {@link #toBytes()}. */
  public String sha256() {
    return Sha256.of(toBytes());
  }

  private static void requireFinite(WeightTensor tensor) {
    float[] values = tensor.values();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new UnsupportedModelException(
            "%s[%d] is %s, expected a finite number".formatted(tensor.slot().name(), i, values[i]));
      }
    }
  }
}
