package io.logitstream.trainer;

import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.PartitionsAddedEntry;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunConfiguration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a start of a run differs from its checkpoints, in what may change within a run.
 *
 * @param configuration the settings that the result depends on
 * @param teachers the accepted teachers
 * @param topic the log as it stands
 */
record RunChanges(RunConfiguration configuration, List<String> teachers, TopicIdentity topic) {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunChanges.class);

  RunChanges {
    teachers = List.copyOf(teachers);
  }

  /** Tells the ledger what has changed since a checkpoint, from which training goes on. */
  void tell(CheckpointManifest since, PendingLedger pending, Instant now) {
    configuration
        .changesSince(since, TrainerSettings.mayChange())
        .ifPresent(
            change -> {
              LOGGER.info("settings changed: {}, before {}", change.getAfter(), change.getBefore());
              pending.settingsChanged(change, now);
            });
    if (!teachers.equals(since.getAcceptedTeachers())) {
      pending.teachers(since.getAcceptedTeachers(), teachers, now);
    }
    Cursor saved = since.getCursors().get(0);
    if (topic.partitions() > saved.getPartitions()) {
      pending.partitionsAdded(
          new PartitionsAddedEntry(
              LiveCursor.NAME, topic.id().toString(), saved.getPartitions(), topic.partitions()),
          now);
    }
  }
}
