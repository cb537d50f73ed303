package io.logitstream.teacher.scoring;

import io.logitstream.teacher.batching.Window;
import java.util.List;

/**
 * A teacher that reads whole texts and says, at each trained position, what it expects next. Used
 * by one thread.
 */
public interface TeacherForcedScorer extends AutoCloseable {
  /**
   * Scores the trained positions of windows as one batch.
   *
   * @param temperature divides the logits
   * @param rows called once a trained position: windows in order, positions ascending
   */
  void score(List<Window> windows, float temperature, Rows rows);

  @Override
  void close();

  /** Receives distributions. */
  @FunctionalInterface
  interface Rows {
    /**
     * @param window index in the batch
     * @param position t: predicts token t + 1
     * @param probabilities float32, V of them from {@code offset}; valid during the call only
     * @param entropy of the distribution, in nats
     */
    void accept(int window, int position, float[] probabilities, int offset, float entropy);
  }
}
