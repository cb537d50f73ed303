package io.logitstream.trainer.replay;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TokenTally;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.LogBounds;
import io.logitstream.trainer.recovery.LogLoss;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Finds what a replay would read. Only reads. */
public final class ReplayPlanner {
  private final KafkaClients clients;

  public ReplayPlanner(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * The plan of a replay.
   *
   * @param source the checkpoint to begin with, if {@code from} is one
   * @param from where to begin
   * @param until where to end; {@link LogPoint.Live} and {@link LogPoint.Now} plan to the end as it
   *     is
   * @throws ConfigurationException if offsets are not in the log, or nothing lies between
   * @throws io.logitstream.platform.LogitstreamException CONFIGURATION if the log lacks what the
   *     checkpoint has not trained on
   */
  public ReplayPlan plan(Optional<CheckpointManifest> source, LogPoint from, LogPoint until) {
    TopicIdentity topic;
    try (Admin admin = clients.admin()) {
      topic = Topics.identity(admin, Topic.TEACHER_LOGITS.named(clients.settings().topicPrefix()));
    }
    Log log = log(topic, source);
    Map<Integer, Long> begin = offsets("--from", from, source, log, log.beginnings());
    Map<Integer, Long> end = offsets("--until", until, Optional.empty(), log, log.ends());
    List<ReplayPlan.Range> ranges = new ArrayList<>();
    begin.forEach(
        (partition, offset) ->
            ranges.add(
                new ReplayPlan.Range(
                    partition, offset, Math.max(offset, end.getOrDefault(partition, offset)))));
    if (!(until instanceof LogPoint.Live)
        && ranges.stream().allMatch(range -> range.offsets() == 0)) {
      throw new ConfigurationException(
          "nothing lies between %s and %s: the log has offsets %s to %s"
              .formatted(
                  Offsets.text(begin),
                  Offsets.text(end),
                  Offsets.text(log.beginnings()),
                  Offsets.text(log.ends())));
    }
    return new ReplayPlan(
        topic.name(),
        source.map(CheckpointId::of),
        source.map(CheckpointManifest::getStep).orElse(0L),
        ranges,
        known(topic, ranges));
  }

  private record Log(TopicIdentity topic, LogBounds bounds) {
    Map<Integer, Long> beginnings() {
      return bounds.beginnings();
    }

    Map<Integer, Long> ends() {
      return bounds.ends();
    }
  }

  /** The log as it is, if it lacks nothing that the source has not trained on. */
  private Log log(TopicIdentity topic, Optional<CheckpointManifest> source) {
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      LogBounds bounds = LogBounds.of(consumer, topic);
      if (source.isPresent()) {
        LogLoss loss =
            LogLoss.find(
                consumer,
                CheckpointId.of(source.get()).toString(),
                source.get().getCursors().get(0),
                topic,
                bounds);
        if (!loss.isEmpty()) {
          throw loss.refusal();
        }
      }
      return new Log(topic, bounds);
    }
  }

  private Map<Integer, Long> offsets(
      String option,
      LogPoint point,
      Optional<CheckpointManifest> source,
      Log log,
      Map<Integer, Long> others) {
    Map<Integer, Long> offsets = new TreeMap<>(others);
    if (point instanceof LogPoint.At at) {
      at.offsets().forEach((partition, offset) -> checkInside(option, partition, offset, log));
      offsets.putAll(at.offsets());
    } else if (point instanceof LogPoint.Time time) {
      offsets.putAll(log.ends());
      offsets.putAll(at(time.time(), log.topic()));
    } else if (point instanceof LogPoint.Checkpoint) {
      if (source.isEmpty()) {
        throw new ConfigurationException(option + " takes no checkpoint");
      }
      source
          .get()
          .getCursors()
          .get(0)
          .getPositions()
          .forEach(position -> offsets.put(position.getPartition(), position.getNextOffset()));
    } else if (point instanceof LogPoint.Earliest) {
      offsets.putAll(log.beginnings());
    } else {
      offsets.putAll(log.ends());
    }
    return offsets;
  }

  private static void checkInside(String option, int partition, long offset, Log log) {
    Long beginning = log.beginnings().get(partition);
    Long end = log.ends().get(partition);
    if (beginning == null || end == null) {
      throw new ConfigurationException(
          "%s names partition %d, %s has %d"
              .formatted(option, partition, log.topic().name(), log.topic().partitions()));
    }
    if (offset < beginning || offset > end) {
      throw new ConfigurationException(
          "%s names offset %d of partition %d, which has offsets %d to %d"
              .formatted(option, offset, partition, beginning, end - 1));
    }
  }

  private Map<Integer, Long> at(Instant time, TopicIdentity topic) {
    Map<TopicPartition, Long> asked =
        partitions(topic).stream()
            .collect(Collectors.toMap(partition -> partition, partition -> time.toEpochMilli()));
    Map<Integer, Long> offsets = new TreeMap<>();
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      for (Map.Entry<TopicPartition, @Nullable OffsetAndTimestamp> found :
          consumer.offsetsForTimes(asked).entrySet()) {
        OffsetAndTimestamp offset = found.getValue();
        if (offset != null) {
          offsets.put(found.getKey().partition(), offset.offset());
        }
      }
    }
    return offsets;
  }

  /** What the run tells that trained on most of the ranges. */
  private Optional<ReplayPlan.Known> known(TopicIdentity topic, List<ReplayPlan.Range> ranges) {
    TreeSet<String> runs = new TreeSet<>();
    try (CheckpointReader checkpoints = new CheckpointReader(clients)) {
      checkpoints.list().forEach(manifest -> runs.add(manifest.getRun()));
    }
    List<ReplayPlan.Known> found = new ArrayList<>();
    try (LedgerReader ledger = new LedgerReader(clients)) {
      for (String run : runs) {
        Covered covered = new Covered(topic.id().toString(), ranges);
        ledger.forEach(
            run,
            entry -> {
              if (entry.getStep() != null) {
                covered.add(entry.getStep());
              }
            });
        found.add(new ReplayPlan.Known(run, covered.steps, covered.records, covered.tokens));
      }
    }
    return found.stream()
        .filter(known -> known.steps() > 0)
        .max(Comparator.comparingLong(ReplayPlan.Known::records));
  }

  private static List<TopicPartition> partitions(TopicIdentity topic) {
    return IntStream.range(0, topic.partitions())
        .mapToObj(partition -> new TopicPartition(topic.name(), partition))
        .toList();
  }

  private static final class Covered {
    private final String topicId;
    private final Map<Integer, ReplayPlan.Range> ranges = new TreeMap<>();
    private long steps;
    private long records;
    private long tokens;

    Covered(String topicId, List<ReplayPlan.Range> ranges) {
      this.topicId = topicId;
      ranges.forEach(range -> this.ranges.put(range.partition(), range));
    }

    void add(StepEntry step) {
      // Rehearsed records lie before the ranges; a replay rehearses others.
      List<OffsetRange> live =
          step.getRanges().stream()
              .filter(range -> range.getCursor().equals(LiveCursor.NAME))
              .toList();
      if (live.isEmpty() || !live.stream().allMatch(this::isInside)) {
        return;
      }
      steps++;
      records += live.stream().mapToLong(OffsetRange::getCount).sum();
      tokens += step.getTokens().stream().mapToLong(TokenTally::getTokens).sum();
    }

    private boolean isInside(OffsetRange range) {
      ReplayPlan.Range wanted = ranges.get(range.getPartition());
      return range.getTopicId().equals(topicId)
          && wanted != null
          && range.getFirstOffset() >= wanted.from()
          && range.getLastOffset() < wanted.until();
    }
  }
}
