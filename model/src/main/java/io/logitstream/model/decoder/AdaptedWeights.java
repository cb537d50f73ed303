package io.logitstream.model.decoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Puts a model's weights and those of its adapters together, takes them apart, and merges them. */
public final class AdaptedWeights {
  private static final String WEIGHT = ".weight";

  private AdaptedWeights() {}

  /**
   * A model with adapters that are new: B is 0, so that it computes what the model did.
   *
   * @param adapted the model's shape with its adapters
   * @param base the model's weights
   */
  public static Weights initialise(ModelConfig adapted, Weights base, long seed) {
    InitialWeights initial = new InitialWeights(adapted, seed);
    return join(
        adapted,
        base,
        WeightLayout.of(adapted).slots().stream()
            .filter(slot -> slot.role().isAdapter())
            .map(initial::draw)
            .toList());
  }

  /**
   * A model with adapters.
   *
   * @param adapted the model's shape with its adapters
   * @param base the model's weights
   * @param adapters A and B of every adapter in the layout's order, by their names and shapes
   * @throws UnsupportedModelException if they do not fit, or are not finite
   */
  public static Weights join(ModelConfig adapted, Weights base, List<WeightTensor> adapters) {
    Iterator<WeightTensor> own = base.tensors().iterator();
    Iterator<WeightTensor> beside = adapters.iterator();
    List<WeightTensor> tensors = new ArrayList<>();
    for (WeightLayout.Slot slot : WeightLayout.of(adapted).slots()) {
      Iterator<WeightTensor> source = slot.role().isAdapter() ? beside : own;
      if (!source.hasNext()) {
        throw new UnsupportedModelException("weight %s is missing".formatted(slot.name()));
      }
      tensors.add(source.next());
    }
    return new Weights(adapted, tensors);
  }

  /**
   * A model with adapters from {@link Weights#learnedBytes()}.
   *
   * @throws UnsupportedModelException if the length is not that of the adapters
   */
  public static Weights fromBytes(ModelConfig adapted, Weights base, ByteBuffer adapters) {
    WeightLayout layout = WeightLayout.of(adapted);
    if (adapters.remaining() != layout.learnedParameters() * Float.BYTES) {
      throw new UnsupportedModelException(
          "%d bytes of adapters, expected %d for %d float32 parameters"
              .formatted(
                  adapters.remaining(),
                  layout.learnedParameters() * Float.BYTES,
                  layout.learnedParameters()));
    }
    FloatBuffer source = adapters.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    List<WeightTensor> tensors = new ArrayList<>();
    for (int place : layout.learned()) {
      WeightLayout.Slot slot = layout.slots().get(place);
      float[] values = new float[Math.toIntExact(slot.size())];
      source.get(values);
      tensors.add(new WeightTensor(slot, values));
    }
    return join(adapted, base, tensors);
  }

  /** A and B of every adapter. */
  public static List<WeightTensor> adapters(Weights adapted) {
    return adapted.tensors().stream().filter(tensor -> tensor.slot().role().isAdapter()).toList();
  }

  /** The weights of the model itself. */
  public static Weights base(ModelConfig adapted, Weights weights) {
    return new Weights(
        adapted.base(),
        weights.tensors().stream().filter(tensor -> !tensor.slot().role().isAdapter()).toList());
  }

  /**
   * A model of the same shape without adapters that computes the same: W + s·B·A in the place of W,
   * added up in float64 and rounded once.
   */
  public static Weights merge(ModelConfig adapted, Weights weights) {
    LowRank adapter = adapted.adapter();
    if (adapter == null) {
      return weights;
    }
    Map<String, WeightTensor> byName = new HashMap<>();
    weights.tensors().forEach(tensor -> byName.put(tensor.slot().name(), tensor));
    boolean transposed = adapted.architecture() instanceof Architecture.Gpt2;
    List<WeightTensor> merged = new ArrayList<>();
    for (WeightTensor tensor : base(adapted, weights).tensors()) {
      String module = tensor.slot().name().replaceFirst("\\.weight$", "");
      WeightTensor a = byName.get(module + WeightLayout.ADAPTER_A);
      WeightTensor b = byName.get(module + WeightLayout.ADAPTER_B);
      merged.add(
          a == null || b == null || !tensor.slot().name().endsWith(WEIGHT)
              ? tensor
              : merged(tensor, a, b, adapter.scaling(), transposed));
    }
    return new Weights(adapted.base(), merged);
  }

  private static WeightTensor merged(
      WeightTensor matrix, WeightTensor a, WeightTensor b, double scaling, boolean transposed) {
    int rank = Math.toIntExact(a.slot().shape().get(0));
    int in = Math.toIntExact(a.slot().shape().get(1));
    int out = Math.toIntExact(b.slot().shape().get(0));
    float[] values = matrix.values().clone();
    IntStream.range(0, out)
        .parallel()
        .forEach(
            row -> {
              double[] sums = new double[in];
              for (int k = 0; k < rank; k++) {
                double factor = b.values()[row * rank + k];
                for (int column = 0; column < in; column++) {
                  sums[column] += factor * a.values()[k * in + column];
                }
              }
              for (int column = 0; column < in; column++) {
                int at = transposed ? column * out + row : row * in + column;
                values[at] = (float) (values[at] + scaling * sums[column]);
              }
            });
    return new WeightTensor(matrix.slot(), values);
  }
}
