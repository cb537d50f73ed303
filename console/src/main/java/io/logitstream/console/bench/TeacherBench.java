package io.logitstream.console.bench;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.scoring.DecoderScorer;
import io.logitstream.teacher.scoring.DeviceSampledScoring;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.SampledScoring;
import io.logitstream.teacher.scoring.ScoringTask;
import io.logitstream.teacher.scoring.WindowScoring;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Times what a teacher does with a batch of windows: the forward pass, the distributions, and the
 * systematic sample of each. Speed does not depend on what weights and tokens are.
 *
 * @param sequences windows of a batch
 * @param positions T of a window, all of them trained
 * @param sampleSize M, the draws of a position
 * @param onDevice whether samples are drawn on the device; otherwise distributions are copied to
 *     the host
 * @param warmupBatches batches before those that count
 * @param batches batches that count
 */
public record TeacherBench(
    ModelConfig config,
    ComputeType computeType,
    int sequences,
    int positions,
    int sampleSize,
    boolean onDevice,
    int warmupBatches,
    int batches) {
  private static final String REVISION = "bench";

  public TeacherBench {
    if (sequences < 1 || positions < 1 || batches < 1 || warmupBatches < 0) {
      throw new IllegalArgumentException(
          "%d sequences of %d positions, %d batches after %d: expected at least 1 of each"
              .formatted(sequences, positions, batches, warmupBatches));
    }
    if (positions > config.maxPositions()) {
      throw new IllegalArgumentException(
          "%d positions, the model has %d".formatted(positions, config.maxPositions()));
    }
  }

  /** Scores the batches; what was measured, and what it was measured on. */
  public Map<String, Object> run(TorchEngine engine) {
    Random random = new Random(1);
    double[] ms = new double[batches];
    try (DecoderScorer scorer =
        new DecoderScorer(engine, config, Weights.initialise(config, 1), computeType)) {
      SampleSizing sizing = SampleSizing.fixed(sampleSize);
      int vocabulary = config.vocabularySize();
      WindowScoring scoring =
          onDevice
              ? new DeviceSampledScoring(scorer, vocabulary, sizing, 1f, REVISION)
              : new SampledScoring(scorer, vocabulary, sizing, 1f, REVISION);
      for (int batch = -warmupBatches; batch < batches; batch++) {
        List<ScoringTask> tasks = tasks(random);
        long startNanos = System.nanoTime();
        scoring.score(tasks);
        if (batch >= 0) {
          ms[batch] = (System.nanoTime() - startNanos) / 1e6;
        }
      }
    }
    long tokens = (long) sequences * positions;
    Durations durations = Durations.of(ms);
    double flops = StepWork.forward(config, tokens, positions);
    double peak = MatmulPeak.gflops(engine, computeType);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "teacher");
    durations.putInto(figures, "batch");
    figures.put("tokensPerSecond", Figures.rounded(tokens * 1000 / durations.medianMs()));
    figures.put("batchGflop", Figures.rounded(flops / 1e9));
    figures.putAll(Figures.environment(engine, computeType));
    figures.put("matmulPeakGflops", Figures.rounded(peak));
    figures.put("utilisation", Figures.rounded(flops / durations.medianMs() / 1e6 / peak));
    figures.put("shape", Figures.shape(config));
    figures.put(
        "settings",
        Map.of(
            "sequences",
            sequences,
            "positions",
            positions,
            "sampleSize",
            sampleSize,
            "sampling",
            onDevice ? "device" : "host",
            "warmupBatches",
            warmupBatches,
            "batches",
            batches));
    return figures;
  }

  private List<ScoringTask> tasks(Random random) {
    return IntStream.range(0, sequences)
        .mapToObj(
            index ->
                new ScoringTask(
                    "prompt-" + random.nextLong(),
                    new Window(
                        0,
                        random.ints(positions + 1L, 0, config.vocabularySize()).toArray(),
                        List.of(new PositionRange(0, positions)))))
        .toList();
  }
}
