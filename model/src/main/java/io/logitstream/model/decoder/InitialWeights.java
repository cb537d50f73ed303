package io.logitstream.model.decoder;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * Draws weights to start training from, in the layout's order. Adapters have random numbers of
 * their own: the model's weights are the same with them and without, and they without the model's.
 */
final class InitialWeights {
  private static final double DEVIATION = 0.02;

  private final Random random;
  private final SplittableRandom adapterRandom;
  private final double residualDeviation;

  InitialWeights(ModelConfig config, long seed) {
    this.random = new Random(seed);
    this.adapterRandom = new SplittableRandom(seed);
    this.residualDeviation = DEVIATION / Math.sqrt(2.0 * config.layers());
  }

  WeightTensor draw(WeightLayout.Slot slot) {
    float[] values = new float[Math.toIntExact(slot.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (slot.role()) {
            case TABLE, MATRIX -> (float) (random.nextGaussian() * DEVIATION);
            case RESIDUAL_MATRIX -> (float) (random.nextGaussian() * residualDeviation);
            case NORM -> 1f;
            case BIAS, ADAPTER_B -> 0f;
            case ADAPTER_A ->
                (float) ((2 * adapterRandom.nextDouble() - 1) / Math.sqrt(slot.shape().get(1)));
          };
    }
    return new WeightTensor(slot, values);
  }
}
