package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a step changes, on the device: float32 master weights, first and second moments,
 * averages of the weights where they are kept, number of steps. Safe to read from other threads: a
 * step and a snapshot exclude each other.
 */
public final class TrainingState implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final List<NDArray> weights;
  private final List<NDArray> firstMoments;
  private final List<NDArray> secondMoments;
  private final List<NDArray> averages;
  private long step;
  private boolean torn;

  private TrainingState(TorchEngine engine, ModelConfig config, long step, boolean averaged) {
    if (step < 0) {
      throw new IllegalArgumentException("step %d, expected >= 0".formatted(step));
    }
    this.config = config;
    this.manager = engine.newManager();
    this.step = step;
    this.weights = zeros();
    this.firstMoments = zeros();
    this.secondMoments = zeros();
    this.averages = averaged ? zeros() : List.of();
  }

  /** The state before the first step, without averages. */
  public static TrainingState initial(TorchEngine engine, ModelConfig config, Weights weights) {
    return initial(engine, config, weights, false);
  }

  /**
   * The state before the first step.
   *
   * @param averaged whether averages of the weights are kept; they begin as the weights
   */
  public static TrainingState initial(
      TorchEngine engine, ModelConfig config, Weights weights, boolean averaged) {
    TrainingState state = new TrainingState(engine, config, 0, averaged);
    for (int i = 0; i < state.weights.size(); i++) {
      WeightTensor tensor = weights.tensors().get(i);
      state.weights.get(i).set(tensor.values());
      if (averaged) {
        state.averages.get(i).set(tensor.values());
      }
    }
    return state;
  }

  /** The state of {@link #weightsBytes()} and {@link #momentsBytes()}, without averages. */
  public static TrainingState restore(
      TorchEngine engine, ModelConfig config, ByteBuffer weights, ByteBuffer moments, long step) {
    return restore(engine, config, weights, moments, Optional.empty(), step);
  }

  /** The state that {@link #snapshot()} saw, bit for bit. */
  public static TrainingState restore(TorchEngine engine, ModelConfig config, Snapshot snapshot) {
    return restore(
        engine,
        config,
        ByteBuffer.wrap(snapshot.weights()),
        ByteBuffer.wrap(snapshot.moments()),
        snapshot.averages().map(ByteBuffer::wrap),
        snapshot.step());
  }

  /**
   * The state of a moment, bit for bit.
   *
   * @param weights from {@link #weightsBytes()}
   * @param moments from {@link #momentsBytes()}
   * @param averages from {@link #averagesBytes()}; empty where none are kept
   * @throws IllegalArgumentException if the lengths are not those of the configuration
   */
  public static TrainingState restore(
      TorchEngine engine,
      ModelConfig config,
      ByteBuffer weights,
      ByteBuffer moments,
      Optional<ByteBuffer> averages,
      long step) {
    long bytes = config.parameters() * Float.BYTES;
    if (weights.remaining() != bytes || moments.remaining() != 2 * bytes) {
      throw new IllegalArgumentException(
          "%d bytes of weights and %d of moments, expected %d and %d"
              .formatted(weights.remaining(), moments.remaining(), bytes, 2 * bytes));
    }
    if (averages.isPresent() && averages.get().remaining() != bytes) {
      throw new IllegalArgumentException(
          "%d bytes of averages, expected %d".formatted(averages.get().remaining(), bytes));
    }
    TrainingState state = new TrainingState(engine, config, step, averages.isPresent());
    read(weights, state.weights);
    FloatBuffer rest = read(moments, state.firstMoments);
    read(rest, state.secondMoments);
    averages.ifPresent(kept -> read(kept, state.averages));
    return state;
  }

  /** Shape of the model. */
  public ModelConfig config() {
    return config;
  }

  /** Steps done. */
  public synchronized long step() {
    return step;
  }

  /** A copy of the weights in host memory. */
  public synchronized Weights weights() {
    return Weights.fromBytes(config, ByteBuffer.wrap(weightsBytes()));
  }

  /** The weights, float32 little-endian, in the order of {@link WeightLayout}. */
  public synchronized byte[] weightsBytes() {
    return bytes(weights);
  }

  /**
   * All first moments, then all second moments, float32 little-endian, in the order of {@link
   * WeightLayout}.
   */
  public synchronized byte[] momentsBytes() {
    List<NDArray> moments = new ArrayList<>(firstMoments);
    moments.addAll(secondMoments);
    return bytes(moments);
  }

  /** Whether averages of the weights are kept. */
  public boolean hasAverages() {
    return !averages.isEmpty();
  }

  /**
   * The averages of the weights, as {@link #weightsBytes()} has the weights; empty where none are
   * kept.
   */
  public synchronized Optional<byte[]> averagesBytes() {
    return hasAverages() ? Optional.of(bytes(averages)) : Optional.empty();
  }

  /** Step, weights, moments and averages of one moment. */
  public synchronized Snapshot snapshot() {
    return new Snapshot(step, weightsBytes(), momentsBytes(), averagesBytes());
  }

  /** SHA-256 (hex) of {@link #weightsBytes()}. */
  public String weightsSha256() {
    return Sha256.of(weightsBytes());
  }

  /**
   * The weights on the device in the order of {@link WeightLayout}: to be read, and not while a
   * step runs.
   */
  public List<NDArray> weightTensors() {
    requireWhole();
    return weights;
  }

  List<NDArray> firstMomentTensors() {
    return firstMoments;
  }

  List<NDArray> secondMomentTensors() {
    return secondMoments;
  }

  List<NDArray> averageTensors() {
    return averages;
  }

  /** Notes that an update has begun; until it has ended the tensors are neither old nor new. */
  void beginUpdate() {
    requireWhole();
    torn = true;
  }

  void endUpdate() {
    torn = false;
    step++;
  }

  @Override
  public synchronized void close() {
    manager.close();
  }

  private void requireWhole() {
    if (torn) {
      throw new IllegalStateException(
          "an update after step %d failed half-way: restore the state from a checkpoint"
              .formatted(step));
    }
  }

  private List<NDArray> zeros() {
    return WeightLayout.of(config).slots().stream()
        .map(slot -> manager.zeros(new Shape(slot.dimensions()), DataType.FLOAT32))
        .toList();
  }

  private byte[] bytes(List<NDArray> tensors) {
    requireWhole();
    long values = tensors.stream().mapToLong(NDArray::size).sum();
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(values * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = out.asFloatBuffer();
    for (NDArray tensor : tensors) {
      floats.put(tensor.toFloatArray());
    }
    return out.array();
  }

  private static FloatBuffer read(ByteBuffer source, List<NDArray> into) {
    return read(source.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer(), into);
  }

  private static FloatBuffer read(FloatBuffer source, List<NDArray> into) {
    for (NDArray tensor : into) {
      float[] values = new float[Math.toIntExact(tensor.size())];
      source.get(values);
      tensor.set(values);
    }
    return source;
  }

  /**
   * A state in host memory.
   *
   * @param step steps done
   * @param weights as {@link TrainingState#weightsBytes()}
   * @param moments as {@link TrainingState#momentsBytes()}
   * @param averages as {@link TrainingState#averagesBytes()}
   */
  public record Snapshot(long step, byte[] weights, byte[] moments, Optional<byte[]> averages) {
    /** SHA-256 (hex) of the weights. */
    public String weightsSha256() {
      return Sha256.of(weights);
    }
  }
}
