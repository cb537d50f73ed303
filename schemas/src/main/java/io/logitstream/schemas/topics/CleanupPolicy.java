package io.logitstream.schemas.topics;

/** What a topic does with old records. */
public enum CleanupPolicy {
  DELETE("delete"),
  COMPACT("compact");

  private final String setting;

  CleanupPolicy(String setting) {
    this.setting = setting;
  }

  /** The value of {@code cleanup.policy}. */
  public String setting() {
    return setting;
  }
}
