package io.logitstream.console.bench.codec;

import io.logitstream.schemas.TeacherIdentity;

/**
 * A teacher and its texts, cut into windows that are the same at every start: first those that a
 * prior is learned from, then those that are published and measured. One thread.
 */
interface BenchTeacher extends AutoCloseable {
  /** Who it is, in records and reports. */
  TeacherIdentity identity();

  /** T, the positions of a window. */
  int windowPositions();

  /** Windows that a prior is learned from. */
  int priorWindows();

  /** All windows. */
  int windows();

  /** Where a window's text came from. */
  String origin(int window);

  /**
   * Scores windows.
   *
   * @param first the first window
   * @param end the window after the last
   * @param consumer called once a position: windows and positions ascending
   */
  void score(int first, int end, PositionConsumer consumer);

  @Override
  void close();

  /** Receives distributions. */
  @FunctionalInterface
  interface PositionConsumer {
    /**
     * Takes a position.
     *
     * @param tokens T + 1 token ids; those after the position may not be there yet before the
     *     window's last one
     * @param probabilities V of them from {@code offset}; valid during the call only
     */
    void accept(int window, int[] tokens, int position, float[] probabilities, int offset);
  }
}
