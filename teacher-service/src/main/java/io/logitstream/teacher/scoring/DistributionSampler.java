package io.logitstream.teacher.scoring;

import io.logitstream.teacher.batching.Window;
import java.util.List;

/** A teacher that samples its distributions where it computes them. Used by one thread. */
public interface DistributionSampler {
  /**
   * Samples the distributions at the trained positions of windows as one batch, systematically.
   *
   * @param temperature divides the logits
   * @param uniforms 64 random bits for each trained position: windows in order, positions ascending
   * @param sampleSize M
   * @param draws called once a trained position, in that order
   */
  void draw(List<Window> windows, float temperature, long[] uniforms, int sampleSize, Draws draws);

  /** Receives samples. */
  @FunctionalInterface
  interface Draws {
    /**
     * @param window index in the batch
     * @param position t: predicts token t + 1
     * @param ids M ids from {@code offset}, ascending, each as often as it is drawn; valid during
     *     the call only
     * @param entropy of the distribution, in nats
     */
    void accept(int window, int position, int[] ids, int offset, float entropy);
  }
}
