package io.logitstream.teacher.scoring;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import java.util.ArrayList;
import java.util.List;

/** A decoder in this process as the teacher. Belongs to the thread that made it. */
public final class DecoderScorer implements TeacherForcedScorer, DistributionSampler {
  private final Decoder decoder;

  public DecoderScorer(
      TorchEngine engine, ModelConfig config, Weights weights, ComputeType computeType) {
    engine.enterThread();
    decoder = Decoder.load(engine, config, weights, computeType);
  }

  @Override
  public void score(List<Window> windows, float temperature, Rows rows) {
    List<Decoder.Position> positions = positions(windows);
    decoder.score(
        windows.stream().map(Window::tokens).toArray(int[][]::new),
        positions,
        temperature,
        (row, probabilities, offset, entropy, labelLogProbability) -> {
          Decoder.Position at = positions.get(row);
          rows.accept(at.sequence(), at.position(), probabilities, offset, entropy);
        });
  }

  @Override
  public void draw(
      List<Window> windows, float temperature, long[] uniforms, int sampleSize, Draws draws) {
    List<Decoder.Position> positions = positions(windows);
    decoder.draw(
        windows.stream().map(Window::tokens).toArray(int[][]::new),
        positions,
        temperature,
        uniforms,
        sampleSize,
        (row, ids, offset, entropy) -> {
          Decoder.Position at = positions.get(row);
          draws.accept(at.sequence(), at.position(), ids, offset, entropy);
        });
  }

  private static List<Decoder.Position> positions(List<Window> windows) {
    List<Decoder.Position> positions = new ArrayList<>();
    for (int sequence = 0; sequence < windows.size(); sequence++) {
      for (PositionRange range : windows.get(sequence).trained()) {
        for (int position = range.start(); position < range.end(); position++) {
          positions.add(new Decoder.Position(sequence, position));
        }
      }
    }
    return positions;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
