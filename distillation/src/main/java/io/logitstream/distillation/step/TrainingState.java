package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The weights, and everything else that a step changes, on the device: float32 master weights,
 * first and second moments, averages of the weights where they are kept, number of steps. Of a
 * model with adapters only these are learned: the model's own weights stand still, and have no
 * moments, no averages and no place in a snapshot. Safe to read from other threads: a step and a
 * snapshot exclude each other.
 */
public final class TrainingState implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final List<NDArray> weights;
  private final List<NDArray> learned;
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
    WeightLayout layout = WeightLayout.of(config);
    this.weights = zeros(layout.slots());
    this.learned = layout.learned().stream().map(weights::get).toList();
    List<WeightLayout.Slot> own = layout.learned().stream().map(layout.slots()::get).toList();
    this.firstMoments = zeros(own);
    this.secondMoments = zeros(own);
    this.averages = averaged ? zeros(own) : List.of();
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
    state.fill(weights);
    if (averaged) {
      for (int i = 0; i < state.learned.size(); i++) {
        state.averages.get(i).set(state.learned.get(i).toFloatArray());
      }
    }
    return state;
  }

  private void fill(Weights values) {
    for (int i = 0; i < weights.size(); i++) {
      weights.get(i).set(values.tensors().get(i).values());
    }
  }

  /** The state of {@link #weightsBytes()} and {@link #momentsBytes()}, without averages. */
  public static TrainingState restore(
      TorchEngine engine, ModelConfig config, ByteBuffer weights, ByteBuffer moments, long step) {
    return restore(engine, config, weights, moments, Optional.empty(), step);
  }

  /**
   * The state that {@link #snapshot()} saw, bit for bit.
   *
   * @throws IllegalArgumentException if the lengths are not those of the configuration, or if it
   *     has adapters: a snapshot is without the weights that they are beside
   */
  public static TrainingState restore(TorchEngine engine, ModelConfig config, Snapshot snapshot) {
    if (config.adapter() != null) {
      throw new IllegalArgumentException(
          "a model with adapters is restored from its own weights and a snapshot");
    }
    TrainingState state =
        new TrainingState(engine, config, snapshot.step(), snapshot.averages().isPresent());
    return state.filledOrClosed(() -> state.reset(snapshot));
  }

  /** What does not fit leaves nothing on the device. */
  private TrainingState filledOrClosed(Runnable filling) {
    try {
      filling.run();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * The state that {@link #snapshot()} saw, bit for bit.
   *
   * @param begun the weights that training began with: those that it does not change are taken from
   *     them
   * @throws IllegalArgumentException if the lengths are not those of the configuration
   */
  public static TrainingState restore(
      TorchEngine engine, ModelConfig config, Weights begun, Snapshot snapshot) {
    if (config.adapter() == null) {
      return restore(engine, config, snapshot);
    }
    TrainingState state =
        new TrainingState(engine, config, snapshot.step(), snapshot.averages().isPresent());
    return state.filledOrClosed(
        () -> {
          state.fill(begun);
          state.reset(snapshot);
        });
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
    return restore(
        engine,
        config,
        new Snapshot(step, array(weights), array(moments), averages.map(TrainingState::array)));
  }

  private static byte[] array(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.slice().get(bytes);
    return bytes;
  }

  /**
   * Goes over to a moment, bit for bit.
   *
   * @throws IllegalArgumentException if the lengths are not those of the configuration, or if the
   *     one has averages and the other none; the state is as before
   */
  public synchronized void reset(Snapshot snapshot) {
    if (snapshot.step() < 0) {
      throw new IllegalArgumentException("step %d, expected >= 0".formatted(snapshot.step()));
    }
    long bytes = WeightLayout.of(config).learnedParameters() * Float.BYTES;
    if (snapshot.weights().length != bytes || snapshot.moments().length != 2 * bytes) {
      throw new IllegalArgumentException(
          "%d bytes of weights and %d of moments, expected %d and %d"
              .formatted(snapshot.weights().length, snapshot.moments().length, bytes, 2 * bytes));
    }
    long averageBytes = snapshot.averages().map(kept -> kept.length).orElse(0);
    if (averageBytes != (hasAverages() ? bytes : 0)) {
      throw new IllegalArgumentException(
          "%d bytes of averages, expected %d".formatted(averageBytes, hasAverages() ? bytes : 0));
    }
    torn = true;
    read(snapshot.weights(), learned);
    List<NDArray> moments = new ArrayList<>(firstMoments);
    moments.addAll(secondMoments);
    read(snapshot.moments(), moments);
    snapshot.averages().ifPresent(kept -> read(kept, averages));
    step = snapshot.step();
    torn = false;
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
    return Weights.fromBytes(config, ByteBuffer.wrap(bytes(weights)));
  }

  /**
   * The weights that training changes, float32 little-endian, in the order of {@link
   * WeightLayout#learned()}: all, or the adapters alone.
   */
  public synchronized byte[] weightsBytes() {
    return bytes(learned);
  }

  /**
   * All first moments, then all second moments, float32 little-endian, in the order of {@link
   * WeightLayout#learned()}.
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

  /** Those of {@link #weightTensors()} that training changes, in their order. */
  List<NDArray> learnedTensors() {
    requireWhole();
    return learned;
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

  private List<NDArray> zeros(List<WeightLayout.Slot> slots) {
    return slots.stream()
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

  private static void read(byte[] from, List<NDArray> into) {
    FloatBuffer source = ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (NDArray tensor : into) {
      float[] values = new float[Math.toIntExact(tensor.size())];
      source.get(values);
      tensor.set(values);
    }
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
