package io.logitstream.producer;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Lets something happen while the length of a pause is drawn. */
public final class Interruption implements RandomGenerator {
  private final Random random;
  private volatile @Nullable Step next;

  /** What happens. */
  public interface Step {
    void run() throws Exception;
  }

  public Interruption(long seed) {
    random = new Random(seed);
  }

  /** What happens at the next draw. */
  public void next(Step step) {
    next = step;
  }

  @Override
  public long nextLong() {
    Step step = next;
    next = null;
    if (step != null) {
      try {
        step.run();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return random.nextLong();
  }
}
