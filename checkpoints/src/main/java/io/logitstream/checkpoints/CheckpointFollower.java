package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each checkpoint of a run that may be followed to a receiver, in order, at least once. Where
 * it stands is committed under the follower's name after each one, so that another process of that
 * name goes on there; the run's trainer does not let a checkpoint go before it was given. For one
 * thread.
 */
public final class CheckpointFollower implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Kafka forgets positions that nobody has committed for long. */
  private static final long RENEWAL_NANOS = Duration.ofHours(1).toNanos();

  private final KafkaClients clients;
  private final String run;
  private final String topic;
  private final TopicPartition partition;
  private final Consumer<String, byte[]> consumer;
  private final RecordDeserializer<CheckpointManifest> deserializer;
  private final Execution execution;
  private final TreeMap<Long, CheckpointManifest> waiting = new TreeMap<>();
  private long given;
  private long committedNanos;

  /** Takes checkpoints. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * Takes a checkpoint; when it returns, the follower stands after it.
     *
     * @throws InterruptedException if it was interrupted: the checkpoint is given again later
     */
    void receive(CheckpointManifest manifest) throws InterruptedException;
  }

  /** Where a follower without a position begins. */
  public enum Beginning {
    /** With the oldest checkpoint that has not expired. */
    OLDEST,
    /** With the newest one that there is. */
    NEWEST
  }

  /**
   * Opens a follower where it stood.
   *
   * @param follower its name; one process of a name at a time, or both are given everything
   */
  public CheckpointFollower(
      KafkaClients clients, String run, String follower, Beginning beginning) {
    this.clients = clients;
    this.run = RecordKeys.segment("run", run);
    this.execution = clients.execution();
    this.topic = Topic.CHECKPOINTS.named(clients.settings().topicPrefix());
    this.consumer =
        clients.consumer(Map.of("group.id", new FollowerPositions(clients).group(run, follower)));
    this.deserializer = new RecordDeserializer<>(clients.settings(), CheckpointManifest.class);
    int partitions = consumer.partitionsFor(topic).size();
    if (partitions == 0) {
      close();
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "topic %s does not exist: create it with 'logitstream topics create'".formatted(topic));
    }
    this.partition = new TopicPartition(topic, PromptPartitioner.partition(run, partitions));
    consumer.assign(List.of(partition));
    OffsetAndMetadata position = consumer.committed(Set.of(partition)).get(partition);
    this.given = position == null ? -1 : FollowerPositions.sequence(position);
    consumer.seekToBeginning(List.of(partition));
    readToEnd();
    if (position == null && beginning == Beginning.NEWEST && !waiting.isEmpty()) {
      given = waiting.lastKey() - 1;
      waiting.headMap(given, true).clear();
    }
    commit();
  }

  /** The sequence of the last checkpoint that was given; -1 before the first. */
  public long given() {
    return given;
  }

  /**
   * Gives what there is and what comes, until a stop is asked for.
   *
   * @param untilEnd whether to return when everything that there is was given. What was committed
   *     behind someone else's open transaction is waited for: it shows when that one ends, within
   *     16 minutes
   * @throws LogitstreamException RETRYABLE if a transaction stays open for longer
   */
  public void follow(Receiver receiver, boolean untilEnd, StopSignal stop)
      throws InterruptedException {
    Optional<TrueEnd> end =
        untilEnd ? Optional.of(TrueEnd.now(clients, List.of(partition)).get(0)) : Optional.empty();
    while (!stop.requested()) {
      readToEnd();
      while (!waiting.isEmpty() && !stop.requested()) {
        CheckpointManifest next = waiting.firstEntry().getValue();
        receiver.receive(next);
        waiting.remove(next.getSequence());
        given = next.getSequence();
        commit();
        readToEnd();
      }
      if (end.isPresent() && end.get().isReachedBy(consumer.position(partition))) {
        return;
      }
      if (execution.nanos() - committedNanos > RENEWAL_NANOS) {
        commit();
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
    deserializer.close();
  }

  /** Looks at everything first: what has expired meanwhile must not be given. */
  private void readToEnd() {
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    do {
      consumer.poll(POLL).forEach(this::take);
    } while (consumer.position(partition) < end);
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    if (record.key() == null || !record.key().startsWith(run + "/")) {
      return;
    }
    if (record.value() == null) {
      passOver(CheckpointId.parse(record.key()).sequence());
      return;
    }
    CheckpointManifest manifest = deserializer.deserialize(topic, record.value());
    if (manifest.getSequence() <= given || !Verdicts.mayBeFollowed(manifest)) {
      return;
    }
    if (manifest.getExpired()) {
      passOver(manifest.getSequence());
    } else {
      waiting.put(manifest.getSequence(), manifest);
    }
  }

  private void passOver(long sequence) {
    if (waiting.remove(sequence) != null) {
      LOGGER.warn("checkpoint {}/{} has expired before it was given", run, sequence);
    }
  }

  private void commit() {
    consumer.commitSync(
        Map.of(partition, FollowerPositions.position(consumer.position(partition), given)));
    committedNanos = execution.nanos();
  }
}
