package io.logitstream.teacher.intake;

import static java.util.stream.Collectors.toSet;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.PartitionStanding;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.tracing.LoggedRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers prompts as a member of the consumer group. What was read from a partition that another
 * member takes over is forgotten: it is neither scored nor committed here. One thread only.
 */
public final class PromptIntake {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptIntake.class);
  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final int MAX_PROMPTS = 1_000;

  private final Consumer<String, byte[]> consumer;
  private final String topic;
  private final Function<ConsumerRecord<String, byte[]>, PreparedPrompt> preparation;
  private final IntakeEvents events;
  private final StartOffsets starts;
  private final PartitionHolds holds;
  private final Execution execution;
  private final long longestSilenceNanos;
  private final Deque<ConsumerRecord<String, byte[]>> fetched = new ArrayDeque<>();
  private final List<PreparedPrompt> gathered = new ArrayList<>();
  private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();
  private long polledNanos;

  /**
   * Subscribes the consumer.
   *
   * @param topicId asks for the topic's id as it is
   * @param preparation may fail with RETRYABLE: then the record's partition waits, the others go on
   * @param longestSilence after which {@link #keep} polls: well within the time after which the
   *     group gives up a member that does not
   * @param execution whose time waits are measured with
   */
  public PromptIntake(
      Consumer<String, byte[]> consumer,
      String topic,
      Supplier<Uuid> topicId,
      Function<ConsumerRecord<String, byte[]>, PreparedPrompt> preparation,
      IntakeEvents events,
      Duration longestSilence,
      Execution execution) {
    this.consumer = consumer;
    this.topic = topic;
    this.preparation = preparation;
    this.events = events;
    this.execution = execution;
    this.longestSilenceNanos = longestSilence.toNanos();
    this.polledNanos = execution.nanos();
    this.holds = new PartitionHolds(RetryPolicy.patient(), execution.random());
    this.starts = new StartOffsets(consumer, topicId, events);
    consumer.subscribe(List.of(topic), new Forgetting());
  }

  /**
   * The prompts of the next transaction: as many as fill a budget, or those that arrive within a
   * time after the first. Empty when none arrived for a moment.
   *
   * @param longestWait how long the first prompt waits for others
   */
  public Cycle gather(Budget budget, Duration longestWait) {
    gathered.clear();
    retryHeld();
    if (fetched.isEmpty()) {
      fetch(IDLE_POLL);
    } else {
      stayMember(Duration.ZERO);
    }
    long startNanos = execution.nanos();
    while (prepareFetched(budget)) {
      long leftNanos = longestWait.toNanos() - (execution.nanos() - startNanos);
      if (gathered.isEmpty() || leftNanos <= 0) {
        break;
      }
      fetch(Duration.ofNanos(leftNanos));
    }
    return new Cycle(starts.topicId(), gathered);
  }

  /**
   * What is enough for a transaction.
   *
   * @param tokens that a model reads
   * @param bytes of their logits, at most
   */
  public record Budget(int tokens, long bytes) {}

  /**
   * Stays a member of the group while a cycle is scored; to be called between its batches. It polls
   * when the last time was some while ago: to join the group anew takes a few polls, and a commit
   * between them is refused.
   *
   * @throws CommitFailedException if prompts of the cycle are not this member's any more: once it
   *     has joined anew, the group would let it commit what another member scores too
   */
  public void keep(Cycle cycle) {
    if (execution.nanos() - polledNanos < longestSilenceNanos) {
      return;
    }
    stayMember(IDLE_POLL);
    // Whoever loses a partition forgets what was gathered of it.
    if (gathered.size() < cycle.prompts().size()) {
      throw new CommitFailedException(
          "%d of %d prompts went to another member of the group, or were cut off their log, while they were scored"
              .formatted(cycle.prompts().size() - gathered.size(), cycle.prompts().size()));
    }
  }

  /** Fetches nothing for a moment, and stays a member of the group. */
  public void idle() {
    stayMember(IDLE_POLL);
  }

  /** Forgets what was read, and reads again from the group's committed offsets. */
  public void rewind() {
    fetched.clear();
    gathered.clear();
    holds.clear();
    events.waiting(holds.why());
    nextOffsets.putAll(starts.seekToCommitted(consumer.assignment()));
  }

  /** A transaction has committed these positions. */
  public void committed(Map<TopicPartition, OffsetAndMetadata> positions) {
    positions.forEach((partition, next) -> nextOffsets.replace(partition, next.offset()));
  }

  /** The partitions that this member has now. */
  public Set<Integer> partitions() {
    return consumer.assignment().stream().map(TopicPartition::partition).collect(toSet());
  }

  /** The group as a transaction must name it. */
  public ConsumerGroupMetadata group() {
    return consumer.groupMetadata();
  }

  /** Prepares what was fetched; says whether there is room for more. */
  private boolean prepareFetched(Budget budget) {
    long tokens = 0;
    long bytes = 0;
    for (PreparedPrompt prompt : gathered) {
      tokens += tokens(prompt);
      bytes += bytes(prompt);
    }
    while (tokens < budget.tokens() && bytes < budget.bytes() && gathered.size() < MAX_PROMPTS) {
      ConsumerRecord<String, byte[]> next = fetched.poll();
      if (next == null) {
        return true;
      }
      Optional<PreparedPrompt> prepared = prepare(next);
      if (prepared.isPresent()) {
        gathered.add(prepared.get());
        tokens += tokens(prepared.get());
        bytes += bytes(prepared.get());
      }
    }
    return false;
  }

  /** The prompt; empty if its partition has to wait. */
  private Optional<PreparedPrompt> prepare(ConsumerRecord<String, byte[]> next) {
    try (LoggedRecord logged = LoggedRecord.of(next)) {
      return prepareLogged(next);
    }
  }

  private Optional<PreparedPrompt> prepareLogged(ConsumerRecord<String, byte[]> next) {
    try {
      PreparedPrompt prepared = preparation.apply(next);
      if (holds.mended(next)) {
        events.waiting(holds.why());
      }
      return Optional.of(prepared);
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      holds.hold(next, fetched, String.valueOf(e.getMessage()), execution.nanos());
      events.waiting(holds.why());
      return Optional.empty();
    }
  }

  private void retryHeld() {
    List<ConsumerRecord<String, byte[]>> due = holds.takeDue(execution.nanos());
    for (int index = due.size() - 1; index >= 0; index--) {
      fetched.addFirst(due.get(index));
    }
  }

  private static long tokens(PreparedPrompt prompt) {
    return prompt instanceof PreparedPrompt.Scorable scorable ? scorable.positions() : 0;
  }

  private static long bytes(PreparedPrompt prompt) {
    return prompt instanceof PreparedPrompt.Scorable scorable ? scorable.payloadBytes() : 0;
  }

  private void fetch(Duration timeout) {
    consumer.resume(consumer.paused());
    Set<TopicPartition> held = new HashSet<>(holds.partitions());
    held.retainAll(consumer.assignment());
    consumer.pause(held);
    poll(timeout);
  }

  /** What was fetched is worked off before more is: a backlog must not gather in memory. */
  private void stayMember(Duration timeout) {
    consumer.pause(consumer.assignment());
    poll(timeout);
  }

  private void poll(Duration timeout) {
    try {
      consumer.poll(timeout).forEach(fetched::add);
      tellStandings();
    } catch (OffsetOutOfRangeException e) {
      Set<TopicPartition> cut = new HashSet<>();
      Map<TopicPartition, Long> positions = starts.seekIntoRange(e, cut);
      if (!cut.isEmpty()) {
        forget(cut);
      }
      nextOffsets.putAll(positions);
    } finally {
      polledNanos = execution.nanos();
    }
  }

  /** What was read of partitions, and what is known of them. */
  private void forget(Collection<TopicPartition> partitions) {
    holds.forget(partitions);
    nextOffsets.keySet().removeAll(partitions);
    events.waiting(holds.why());
    fetched.removeIf(read -> partitions.contains(PartitionHolds.partition(read)));
    gathered.removeIf(prompt -> partitions.contains(PartitionHolds.partition(prompt.read())));
  }

  private void tellStandings() {
    List<PartitionStanding> standings = new ArrayList<>();
    for (TopicPartition partition : consumer.assignment()) {
      standings.add(
          PartitionStanding.of(
              topic, partition.partition(), nextOffsets.get(partition), end(partition)));
    }
    standings.sort(Comparator.comparing(PartitionStanding::partition));
    events.standing(standings);
  }

  /** Where the committed records end, as far as fetches told; nothing is asked of the broker. */
  private @Nullable Long end(TopicPartition partition) {
    OptionalLong behind = consumer.currentLag(partition);
    if (behind.isEmpty()) {
      return null;
    }
    try {
      return consumer.position(partition, Duration.ZERO) + behind.getAsLong();
    } catch (TimeoutException e) {
      return null; // the position is being checked, after a change of leader
    }
  }

  private final class Forgetting implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        LOGGER.info("assigned {}", partitions);
        nextOffsets.putAll(starts.seekToCommitted(partitions));
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      LOGGER.info("revoked {}", partitions);
      forget(partitions);
    }
  }
}
