package io.logitstream.trainer;

import io.logitstream.checkpoints.Ancestors;
import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.DiscardedRange;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.Verdict;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.StudentArtifacts;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A way back to a run's last accepted checkpoint: its weights and moments, and the positions of
 * now. To read the same records again would meet the same again.
 *
 * @param accepted the checkpoint
 * @param averaged whether the run keeps averages of what it learns
 */
record Rollback(WholeCheckpoint accepted, boolean averaged) {
  private static final Logger LOGGER = LoggerFactory.getLogger(Rollback.class);

  /**
   * Finds the newest accepted checkpoint whose bytes are whole, of those that the run's newest one
   * descends from.
   *
   * @throws LogitstreamException FATAL if there is none
   */
  static Rollback find(KafkaClients clients, String run, TrainingSettings settings) {
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      List<CheckpointManifest> accepted =
          Ancestors.ofNewest(reader.list(run)).stream()
              .filter(manifest -> manifest.getVerdict() == Verdict.ACCEPTED)
              .toList();
      return reader
          .newestWhole(
              accepted,
              StudentArtifacts.names(settings),
              damage -> LOGGER.error("{}", damage.getMessage()))
          .map(whole -> new Rollback(whole, settings.optimizer().averages().isKept()))
          .orElseThrow(
              () ->
                  new LogitstreamException(
                      FailureKind.FATAL,
                      "run %s has no accepted checkpoint that is whole, and nothing to go back to: begin another run"
                          .formatted(run)));
    }
  }

  /** The checkpoint's manifest. */
  CheckpointManifest manifest() {
    return accepted.manifest();
  }

  /** The state that training goes on from. */
  TrainingState.Snapshot snapshot() {
    return StudentArtifacts.snapshot(accepted, averaged);
  }

  /** How the ledger tells of it. */
  RollbackEntry entry(String reason, LiveCursor now) {
    Cursor then = manifest().getCursors().get(0);
    boolean sameTopic = then.getTopicId().equals(now.topic().id().toString());
    Map<Integer, Long> before = new HashMap<>();
    if (sameTopic) {
      for (PartitionPosition position : then.getPositions()) {
        before.put(position.getPartition(), position.getNextOffset());
      }
    }
    List<DiscardedRange> discarded = new ArrayList<>();
    now.nextOffsets()
        .forEach(
            (partition, next) -> {
              long from = before.getOrDefault(partition, 0L);
              if (!sameTopic || next > from) {
                discarded.add(
                    new DiscardedRange(
                        LiveCursor.NAME, now.topic().id().toString(), partition, from, next));
              }
            });
    return RollbackEntry.newBuilder()
        .setToSequence(manifest().getSequence())
        .setReason(reason)
        .setDiscarded(discarded)
        .build();
  }

  /** Why the checkpoint that it makes is accepted. */
  String acceptance() {
    return "the weights and moments of %s, which was accepted"
        .formatted(CheckpointId.of(manifest()));
  }
}
