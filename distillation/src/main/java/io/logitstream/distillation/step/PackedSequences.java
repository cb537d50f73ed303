package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The sequences of a micro-batch side by side: right-padded inputs (B, T), and the trained
 * positions ("rows", N) of one sequence after the other. Attention is causal, so what stands in the
 * padding reaches no trained position.
 */
public final class PackedSequences {
  private final List<TrainingExample> examples;
  private final int length;
  private final long[] tokens;
  private final long[] positions;
  private final long[] labels;

  public PackedSequences(List<TrainingExample> examples) {
    this.examples = List.copyOf(examples);
    this.length = examples.stream().mapToInt(TrainingExample::inputLength).max().orElseThrow();
    int rows = examples.stream().mapToInt(TrainingExample::trainedPositions).sum();
    this.tokens = new long[Math.multiplyExact(examples.size(), length)];
    this.positions = new long[rows];
    this.labels = new long[rows];
    int row = 0;
    for (int sequence = 0; sequence < examples.size(); sequence++) {
      TrainingExample example = examples.get(sequence);
      int base = sequence * length;
      for (int position = 0; position < example.inputLength(); position++) {
        tokens[base + position] = example.tokens()[position];
      }
      for (PositionRange range : example.trained()) {
        for (int position = range.start(); position < range.end(); position++) {
          positions[row] = (long) base + position;
          labels[row++] = example.tokens()[position + 1];
        }
      }
    }
  }

  /** The sequences, in the order of their rows. */
  public List<TrainingExample> examples() {
    return examples;
  }

  /** T, the longest input. */
  public int length() {
    return length;
  }

  /** N, trained positions in all. */
  public int rows() {
    return labels.length;
  }

  /** B · T. */
  public int paddedTokens() {
    return tokens.length;
  }

  /** (B, T) int64 inputs. */
  public NDArray tokenTensor(NDManager owner) {
    return owner.create(tokens, new Shape(examples.size(), length));
  }

  /** (N) int64 indices into the flattened (B · T); of size 0 where all positions are trained. */
  public NDArray positionTensor(NDManager owner) {
    return owner.create(rows() == tokens.length ? new long[0] : positions);
  }

  /** (N) int64 tokens to predict. */
  public NDArray labelTensor(NDManager owner) {
    return owner.create(labels);
  }

  /** A value of each sequence, repeated for each of its rows. */
  float[] perRow(double[] values) {
    return perRow(values, false);
  }

  /** A value of each sequence for each of its rows, times the row's weight in its sequence. */
  float[] perWeightedRow(double[] values) {
    return perRow(values, true);
  }

  private float[] perRow(double[] values, boolean weighted) {
    float[] out = new float[rows()];
    int row = 0;
    for (int sequence = 0; sequence < examples.size(); sequence++) {
      for (PositionRange range : examples.get(sequence).trained()) {
        double weight = weighted ? range.weight() : 1;
        Arrays.fill(out, row, row + range.length(), (float) (values[sequence] * weight));
        row += range.length();
      }
    }
    return out;
  }
}
