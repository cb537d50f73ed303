package io.logitstream.schemas.topics;

/** What a topic does with old records. */
public enum CleanupPolicy {
  DELETE("delete"),
  COMPACT("compact"),
  /** By time, and by key before that: a tombstone erases a record. */
  COMPACT_AND_DELETE("compact,delete");

  private final String setting;

  CleanupPolicy(String setting) {
    this.setting = setting;
  }

  /** The value of {@code cleanup.policy}. */
  public String setting() {
    return setting;
  }
}
