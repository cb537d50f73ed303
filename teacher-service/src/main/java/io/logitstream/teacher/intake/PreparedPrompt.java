package io.logitstream.teacher.intake;

import io.logitstream.schemas.Prompt;
import io.logitstream.teacher.batching.Window;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of the prompts topic and what becomes of it. */
public sealed interface PreparedPrompt {
  /** The record as read. */
  ConsumerRecord<String, byte[]> read();

  /**
   * A prompt that is to be scored, with its windows.
   *
   * @param payloadBytes the most that its logits take
   */
  record Scorable(
      ConsumerRecord<String, byte[]> read, Prompt prompt, List<Window> windows, long payloadBytes)
      implements PreparedPrompt {
    public Scorable {
      windows = List.copyOf(windows);
    }

    /** Tokens that a model reads for it. */
    public int positions() {
      return windows.stream().mapToInt(Window::positions).sum();
    }
  }

  /**
   * A record that goes to the dead letters.
   *
   * @param code short code of the reason
   * @param failure what was found
   */
  record Condemned(ConsumerRecord<String, byte[]> read, String code, RuntimeException failure)
      implements PreparedPrompt {}

  /** A tombstone: there is nothing to score, and nothing to condemn. */
  record Erasure(ConsumerRecord<String, byte[]> read) implements PreparedPrompt {}
}
