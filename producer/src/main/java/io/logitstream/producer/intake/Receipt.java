package io.logitstream.producer.intake;

/**
 * What became of an offered prompt.
 *
 * @param outcome what became of it
 * @param promptId the prompt's identity; empty for FULL
 */
public record Receipt(Outcome outcome, String promptId) {
  /** What becomes of offered prompts. */
  public enum Outcome {
    /** It is on the topic, and the broker has acknowledged it. */
    ACCEPTED,
    /** It was there already: the key is known, and its content is the same. */
    DUPLICATE,
    /** Its key is known, with another content; nothing was published. */
    CONFLICT,
    /** As many keys are kept as may be; nothing was published. */
    FULL
  }
}
