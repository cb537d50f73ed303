package io.logitstream.producer.source;

/** What happens when a source is no longer the one that its position was written for. */
public enum WhenChanged {
  /** Ends with a message. */
  REFUSE,
  /** Goes on at the same place of the new order: prompts may be left out or come again. */
  GO_ON,
  /** Begins at the start of the new order: prompts that are there already come again. */
  START_OVER
}
