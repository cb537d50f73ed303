package io.logitstream.teacher.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.logits.SampledLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Draws on the device against {@link io.logitstream.logits.SystematicSampler}. */
class DeviceSampledScoringTest {
  private static final String REVISION = "r";

  /** From almost certain to almost uniform. */
  private static final float[] TEMPERATURES = {0.001f, 0.01f, 0.3f, 1, 30, 1e6f};

  private static final int[] SAMPLE_SIZES = {1, 2, 19, 255, 4096, SampledLogits.MAX_SAMPLE_SIZE};

  @Test
  void drawsOfThousandsOfDistributionsAreThoseOfTheHostToTheBit() {
    int rows = 0;
    int drawnAgain = 0;
    for (int vocabulary : new int[] {2, 258, 5003}) {
      try (DecoderScorer scorer = scorer(vocabulary)) {
        for (float temperature : TEMPERATURES) {
          for (int sampleSize : SAMPLE_SIZES) {
            List<ScoringTask> batch =
                batch(new Random(Arrays.hashCode(new int[] {vocabulary, sampleSize})), vocabulary);
            SampleSizing sizing = SampleSizing.fixed(sampleSize);
            List<ScoredWindow> onHost =
                new SampledScoring(scorer, vocabulary, sizing, temperature, REVISION).score(batch);
            List<ScoredWindow> onDevice =
                new DeviceSampledScoring(scorer, vocabulary, sizing, temperature, REVISION)
                    .score(batch);
            assertThat(onDevice).hasSameSizeAs(onHost);
            for (int window = 0; window < batch.size(); window++) {
              SampledLogits expected = (SampledLogits) onHost.get(window).logits();
              assertThat(onDevice.get(window).logits())
                  .as("V %d, temperature %s, M %d", vocabulary, temperature, sampleSize)
                  .isEqualTo(expected);
              assertThat(onDevice.get(window).entropySums().orElseThrow())
                  .isEqualTo(onHost.get(window).entropySums().orElseThrow());
              assertThat(onDevice.get(window).temperature()).isEqualTo(temperature);
              rows += expected.rows();
              drawnAgain += (int) Arrays.stream(expected.counts()).filter(c -> c > 1).count();
            }
          }
        }
      }
    }
    assertThat(rows).isGreaterThan(3_000);
    assertThat(drawnAgain).isGreaterThan(1_000);
  }

  @Test
  void whatIsNoDistributionIsRefused() {
    int vocabulary = 258;
    ModelConfig config = config(vocabulary);
    Weights weights = Weights.initialise(config, 3);
    Arrays.fill(weights.tensors().get(0).values(), Float.NaN);
    try (DecoderScorer scorer =
        new DecoderScorer(TorchEngine.start("cpu", 1), config, weights, ComputeType.F32)) {
      DeviceSampledScoring scoring =
          new DeviceSampledScoring(scorer, vocabulary, SampleSizing.fixed(8), 1f, REVISION);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scoring.score(batch(new Random(1), vocabulary)))
          .withMessageContaining("expected 1");
    }
  }

  @Test
  void aTargetOfVarianceNeedsDistributionsOnTheHost() {
    try (DecoderScorer scorer = scorer(258)) {
      SampleSizing variance = new SampleSizing(SampleSizing.Target.VARIANCE, 0.1, 8);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DeviceSampledScoring(scorer, 258, variance, 1f, REVISION));
    }
  }

  private static DecoderScorer scorer(int vocabulary) {
    ModelConfig config = config(vocabulary);
    return new DecoderScorer(
        TorchEngine.start("cpu", 1), config, Weights.initialise(config, 3), ComputeType.F32);
  }

  private static ModelConfig config(int vocabulary) {
    return new ModelConfig(vocabulary, 16, 32, 1, 2, 1, 8, 1e-5, 10_000, true, 64, 0, 1);
  }

  private static List<ScoringTask> batch(Random random, int vocabulary) {
    List<ScoringTask> tasks = new ArrayList<>();
    for (int window = 0; window < 3; window++) {
      int length = 8 + random.nextInt(12);
      List<PositionRange> trained =
          List.of(new PositionRange(0, 3), new PositionRange(5, length - 1));
      tasks.add(
          new ScoringTask(
              "prompt-" + random.nextInt(),
              new Window(window, random.ints(length, 0, vocabulary).toArray(), trained)));
    }
    return tasks;
  }
}
