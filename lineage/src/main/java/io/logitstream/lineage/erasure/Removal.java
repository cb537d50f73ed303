package io.logitstream.lineage.erasure;

import org.jspecify.annotations.Nullable;

/**
 * How one record goes.
 *
 * @param prompt whose record it is
 * @param topic full name of the topic
 * @param means what removes it
 * @param goneAfterMs when it may be gone, in milliseconds since 1970; null where nothing tells
 * @param goneByMs when it is gone at the latest, in milliseconds since 1970; null for no bound
 */
public record Removal(
    String prompt,
    String topic,
    int partition,
    long offset,
    String key,
    Means means,
    @Nullable Long goneAfterMs,
    @Nullable Long goneByMs) {
  /** What removes a record. */
  public enum Means {
    /** A tombstone under its key, which {@code forget --yes} writes. */
    TOMBSTONE,
    /** Time alone: the topic is not set up for erasure. */
    RETENTION,
    /** Nothing: the topic keeps it for ever. */
    NOTHING,
    /** A tombstone that was written before. */
    ERASED,
    /** It is gone. */
    GONE
  }
}
