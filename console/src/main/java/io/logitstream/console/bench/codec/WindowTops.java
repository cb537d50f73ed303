package io.logitstream.console.bench.codec;

import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** Takes the most likely ids of windows, position by position, as the teacher service does. */
final class WindowTops implements BenchTeacher.PositionConsumer {
  private final BenchTeacher teacher;
  private final int k;
  private final ObjIntConsumer<TopKLogits> whole;
  private @Nullable TopKSelector rows;

  /**
   * @param whole receives each window's most likely ids, and its number
   */
  WindowTops(BenchTeacher teacher, int k, ObjIntConsumer<TopKLogits> whole) {
    this.teacher = teacher;
    this.k = k;
    this.whole = whole;
  }

  @Override
  public void accept(int window, int[] tokens, int position, float[] probabilities, int offset) {
    int positions = teacher.windowPositions();
    TopKSelector selector = rows;
    if (selector == null) {
      selector = new TopKSelector(tokens, teacher.identity().getVocabularySize(), k, positions);
      rows = selector;
    }
    selector.add(probabilities, offset);
    if (position == positions - 1) {
      whole.accept(selector.build(), window);
      rows = null;
    }
  }
}
