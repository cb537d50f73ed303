package io.logitstream.systemtests.simulation.log;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What lies at an offset of a partition: a record, or the marker that ends a transaction. */
public final class LogEntry {
  /** What became of it. */
  public enum State {
    /** Its transaction is open. */
    OPEN,
    /** Readers of committed records see it. */
    COMMITTED,
    /** Its transaction was aborted. */
    ABORTED,
    /** No record, but a marker. */
    MARKER
  }

  private final long offset;
  private final long number;
  private final @Nullable String key;
  private final byte @Nullable [] value;
  private final Headers headers;
  private final long timestampMs;
  private final long producerId;
  private final String writer;
  private State state;

  LogEntry(
      long offset,
      long number,
      @Nullable String key,
      byte @Nullable [] value,
      Headers headers,
      long timestampMs,
      long producerId,
      String writer,
      State state) {
    this.offset = offset;
    this.number = number;
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.timestampMs = timestampMs;
    this.producerId = producerId;
    this.writer = writer;
    this.state = state;
  }

  /** Its offset. */
  public long offset() {
    return offset;
  }

  /** Its place among everything that was appended to any partition. */
  public long number() {
    return number;
  }

  /** Its key. */
  public @Nullable String key() {
    return key;
  }

  /** Its value; null for a tombstone. */
  public byte @Nullable [] value() {
    return value;
  }

  /** Its headers. */
  public Headers headers() {
    return headers;
  }

  /** When the broker took it. */
  public long timestampMs() {
    return timestampMs;
  }

  long producerId() {
    return producerId;
  }

  /** The process that wrote it. */
  public String writer() {
    return writer;
  }

  /** What became of it. */
  public State state() {
    return state;
  }

  void end(boolean commit) {
    state = commit ? State.COMMITTED : State.ABORTED;
  }

  boolean isRecordFor(boolean committedOnly) {
    return state == State.COMMITTED || (!committedOnly && state != State.MARKER);
  }
}
