package io.logitstream.trainer;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.PartitionsAddedEntry;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.training.TrainerClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a start of a run begins to read; what has changed since its checkpoint goes to the ledger.
 */
final class StartingCursor {
  private StartingCursor() {}

  static LiveCursor find(
      Consumer<String, byte[]> consumer,
      TopicIdentity topic,
      Optional<CheckpointManifest> newest,
      TrainerSettings settings,
      PendingLedger pending,
      TrainerClock clock) {
    Map<Integer, Long> beginnings = beginnings(consumer, topic);
    if (newest.isEmpty()) {
      return LiveCursor.begin(topic, beginnings);
    }
    CheckpointManifest manifest = newest.get();
    Cursor saved = live(manifest);
    LiveCursor cursor = LiveCursor.resume(saved, topic, beginnings);
    List<String> teachers = settings.ingest().teachers().names();
    if (!teachers.equals(manifest.getAcceptedTeachers())) {
      pending.teachers(manifest.getAcceptedTeachers(), teachers, clock.now());
    }
    if (topic.partitions() > saved.getPartitions()) {
      pending.partitionsAdded(
          new PartitionsAddedEntry(
              LiveCursor.NAME, topic.id().toString(), saved.getPartitions(), topic.partitions()),
          clock.now());
    }
    return cursor;
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

  private static Map<Integer, Long> beginnings(
      Consumer<String, byte[]> consumer, TopicIdentity topic) {
    List<TopicPartition> partitions =
        IntStream.range(0, topic.partitions())
            .mapToObj(partition -> new TopicPartition(topic.name(), partition))
            .toList();
    Map<Integer, Long> beginnings = new TreeMap<>();
    consumer
        .beginningOffsets(partitions)
        .forEach((partition, offset) -> beginnings.put(partition.partition(), offset));
    return beginnings;
  }
}
