package io.logitstream.trainer.verification;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.schemas.RehearsalWindow;
import io.logitstream.trainer.rehearsal.OlderLog;
import io.logitstream.trainer.rehearsal.Windows;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The older records that a ledger says were rehearsed: each from the window of its time. */
final class RecordedRehearsal implements AutoCloseable {
  private final KafkaClients clients;
  private final TopicIdentity topic;
  private Optional<RehearsalWindow> window;
  private @Nullable OlderLog log;

  /**
   * @param topic the topic as it stands
   * @param ancestor where the history begins
   */
  RecordedRehearsal(KafkaClients clients, TopicIdentity topic, CheckpointManifest ancestor) {
    this.clients = clients;
    this.topic = topic;
    this.window = Optional.ofNullable(ancestor.getRehearsal()).map(RehearsalState::getWindow);
  }

  /** The window that steps draw from now; empty where nothing is rehearsed. */
  Optional<RehearsalWindow> window() {
    return window;
  }

  /** Steps draw from another window from here on; from none where nothing is rehearsed any more. */
  void goOnWith(Optional<RehearsalWindow> another) {
    window = another;
  }

  /**
   * The record of a range.
   *
   * @throws UnprovenException if no such record could have been drawn, or if it is gone
   */
  ConsumerRecord<String, byte[]> record(OffsetRange range) throws UnprovenException {
    long offset = range.getFirstOffset();
    if (range.getCount() != 1 || range.getLastOffset() != offset) {
      throw UnprovenException.refuted(
          "range %s: one rehearsed record was expected".formatted(range));
    }
    if (window.isEmpty()
        || !range.getTopicId().equals(window.get().getTopicId())
        || !Windows.contains(window.get(), range.getPartition(), offset)) {
      throw UnprovenException.refuted(
          "range %s: it was rehearsed, and the window was %s".formatted(range, window));
    }
    List<ConsumerRecord<String, byte[]>> found;
    try {
      found = log().read(range.getPartition(), offset, offset + 1);
    } catch (LogitstreamException e) {
      if (e.kind() == FailureKind.RETRYABLE) {
        throw UnprovenException.expired(String.valueOf(e.getMessage()));
      }
      throw e;
    }
    if (found.isEmpty()) {
      throw UnprovenException.refuted("range %s: the log has no such record".formatted(range));
    }
    return found.get(0);
  }

  @Override
  public void close() {
    if (log != null) {
      log.close();
    }
  }

  private OlderLog log() {
    if (log == null) {
      log = new OlderLog(clients, topic.name());
    }
    return log;
  }
}
