package io.logitstream.systemtests.simulation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One course of a story, from its beginning to its end. */
interface Course {
  /** Runs to the end. */
  void run() throws InterruptedException;

  /** What went wrong while it ran; null if nothing did. */
  @Nullable String violation();

  /** Points between effects that processes came to. */
  long points();

  /**
   * Audits what it has left.
   *
   * @return all that must be the same in every course, by name
   * @throws AuditException naming the first thing that is wrong
   */
  Map<String, String> audit();
}
