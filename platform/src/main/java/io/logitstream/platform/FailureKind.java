package io.logitstream.platform;

/** What a failure means for the one who meets it. */
public enum FailureKind {
  /** The environment may mend it: wait, and try again. */
  RETRYABLE,
  /** The record condemns itself: no retry helps. Dead letters. */
  POISON,
  /** The process cannot go on. */
  FATAL,
  /** A newer writer took over: stop, and do not start again. */
  FENCED,
  /** A person must mend the configuration or the surroundings that it names. */
  CONFIGURATION
}
