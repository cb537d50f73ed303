package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.logitstream.model.decoder.DecoderProgram;
import io.logitstream.model.decoder.ModelConfig;
import java.util.List;

/** Rotary tables for the longest input so far; programs take the rows that they need. */
public final class RotaryTables {
  private final NDManager owner;
  private final ModelConfig config;
  private List<NDArray> tables = List.of();
  private int positions;

  public RotaryTables(NDManager owner, ModelConfig config) {
    this.owner = owner;
    this.config = config;
  }

  /**
   * Tables of at least that many positions.
   *
   * @return cos and sin, (positions or more, E)
   * @throws IllegalArgumentException if the model has fewer positions
   */
  public List<NDArray> atLeast(int wanted) {
    if (wanted > config.maxPositions()) {
      throw new IllegalArgumentException(
          "a sequence of %d positions, the model has at most %d"
              .formatted(wanted, config.maxPositions()));
    }
    if (wanted > positions) {
      tables.forEach(NDArray::close);
      positions = Math.min(config.maxPositions(), Integer.highestOneBit(wanted - 1 | 1) << 1);
      tables = DecoderProgram.rotary(owner, config, positions);
    }
    return tables;
  }
}
