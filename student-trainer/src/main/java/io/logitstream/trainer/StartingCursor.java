package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.LogBounds;
import io.logitstream.trainer.recovery.LogLoss;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.training.TrainerClock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a start of a run begins to read; what has changed since its checkpoint goes to the ledger.
 */
final class StartingCursor {
  private static final Logger LOGGER = LoggerFactory.getLogger(StartingCursor.class);

  private StartingCursor() {}

  /**
   * Where reading begins.
   *
   * @param newest the checkpoint that the run goes on from; empty for a new run
   * @param source the checkpoint of another run that a new run begins with
   * @throws LogitstreamException CONFIGURATION if the log lacks records and their loss was not
   *     accepted
   */
  static LiveCursor find(
      Consumer<String, byte[]> consumer,
      TopicIdentity topic,
      Optional<CheckpointManifest> newest,
      Optional<CheckpointManifest> source,
      TrainerSettings settings,
      boolean acceptLoss,
      RunChanges changes,
      PendingLedger pending,
      TrainerClock clock) {
    LogBounds bounds = LogBounds.of(consumer, topic);
    if (newest.isEmpty() && source.isEmpty()) {
      Map<Integer, Long> begin = new TreeMap<>(bounds.beginnings());
      begin.putAll(within(settings.replay().fromOffsets(), topic));
      return LiveCursor.begin(topic, begin);
    }
    CheckpointManifest manifest = newest.or(() -> source).orElseThrow();
    Cursor saved = live(manifest);
    LogLoss loss =
        LogLoss.find(consumer, CheckpointId.of(manifest).toString(), saved, topic, bounds);
    if (!loss.isEmpty() && !acceptLoss) {
      throw loss.refusal();
    }
    LiveCursor cursor = LiveCursor.resume(saved, topic, loss.missing());
    if (newest.isPresent()) {
      changes.tell(manifest, pending, clock.now());
    }
    for (LossAcceptedEntry missing : loss.missing()) {
      pending.lossAccepted(missing, clock.now());
    }
    loss.words().forEach(line -> LOGGER.warn("going on without: {}", line));
    return cursor;
  }

  private static Map<Integer, Long> within(Map<Integer, Long> offsets, TopicIdentity topic) {
    offsets
        .keySet()
        .forEach(
            partition -> {
              if (partition >= topic.partitions()) {
                throw new ConfigurationException(
                    "train.from names partition %d, %s has %d"
                        .formatted(partition, topic.name(), topic.partitions()));
              }
            });
    return offsets;
  }

  private static Cursor live(CheckpointManifest manifest) {
    if (manifest.getCursors().size() == 1
        && manifest.getCursors().get(0).getName().equals(LiveCursor.NAME)) {
      return manifest.getCursors().get(0);
    }
    throw new LogitstreamException(
        FailureKind.CONFIGURATION,
        "checkpoint %s/%d has the cursors %s, and this build reads one, named %s: use a newer build"
            .formatted(
                manifest.getRun(),
                manifest.getSequence(),
                manifest.getCursors().stream().map(Cursor::getName).toList(),
                LiveCursor.NAME));
  }
}
