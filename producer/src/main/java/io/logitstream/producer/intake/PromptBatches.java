package io.logitstream.producer.intake;

import io.logitstream.producer.pacing.Pace;
import io.logitstream.producer.source.PromptSequence;
import io.logitstream.producer.source.SourcedPrompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Gathers prompts, at the pace, for a transaction each. No transaction is open meanwhile: it would
 * hold readers back.
 */
public final class PromptBatches {
  private final PromptSequence sequence;
  private final Pace pace;
  private final IntakeSettings settings;
  private final LongSupplier nanoTime;
  private final Waiting waiting;

  /**
   * @param nanoTime the clock of the pace, in nanoseconds
   */
  public PromptBatches(
      PromptSequence sequence,
      Pace pace,
      IntakeSettings settings,
      LongSupplier nanoTime,
      Waiting waiting) {
    this.sequence = sequence;
    this.pace = pace;
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.waiting = waiting;
  }

  /** The next prompts; none at the source's end, and when a stop cut the wait for the first. */
  public List<SourcedPrompt> next() throws InterruptedException {
    List<SourcedPrompt> batch = new ArrayList<>();
    long gatheredUntil = 0;
    while (batch.size() < settings.transactionPrompts() && sequence.hasNext()) {
      Duration wait = pace.take();
      if (wait.isZero()) {
        if (batch.isEmpty()) {
          gatheredUntil = nanoTime.getAsLong() + settings.gatherTime().toNanos();
        }
        batch.add(sequence.next());
        continue;
      }
      boolean tooLong =
          !batch.isEmpty() && nanoTime.getAsLong() + wait.toNanos() - gatheredUntil > 0;
      if (tooLong || waiting.await(wait)) {
        break;
      }
    }
    return batch;
  }

  /** A wait that a stop cuts short. */
  @FunctionalInterface
  public interface Waiting {
    /** Waits, and says whether to stop. */
    boolean await(Duration longest) throws InterruptedException;
  }
}
