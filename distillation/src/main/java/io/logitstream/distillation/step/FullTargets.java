package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.logitstream.logits.FullLogits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Whole distributions of a micro-batch whose sequences are all FULL. */
public final class FullTargets {
  private FullTargets() {}

  /**
   * The teacher's logits as they were stored.
   *
   * @return (N, V) float16
   */
  public static NDArray logits(NDManager owner, PackedSequences sequences, int vocabularySize) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(
                Math.multiplyExact(
                    Math.multiplyExact(sequences.rows(), vocabularySize), Short.BYTES))
            .order(ByteOrder.nativeOrder());
    for (TrainingExample example : sequences.examples()) {
      short[] values = ((FullLogits) example.targets()).fp16();
      bytes.asShortBuffer().put(values);
      bytes.position(bytes.position() + values.length * Short.BYTES);
    }
    return owner.create(
        bytes.rewind(), new Shape(sequences.rows(), vocabularySize), DataType.FLOAT16);
  }

  /**
   * What stored logits are multiplied with, so that their softmax is the teacher's distribution at
   * a temperature.
   *
   * @return (N) float32
   */
  public static NDArray scale(NDManager owner, PackedSequences sequences, double temperature) {
    double[] scales =
        sequences.examples().stream()
            .mapToDouble(example -> example.temperature() / temperature)
            .toArray();
    return owner.create(sequences.perRow(scales));
  }
}
