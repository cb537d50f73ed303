package io.logitstream.systemtests.simulation.log;

import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that may be a member of a group. As Kafka's: it says that it is alive by itself while
 * its process runs, and joins, gives up and takes partitions in polls alone. A poll does not wait
 * for the others of the group: it goes on with the partitions that it has.
 */
final class GroupConsumer extends SimulatedConsumer {
  private final long sessionNanos;
  private final long heartbeatNanos;
  private final long maxPollNanos;
  private final long joinNanos;
  private final boolean isFromEarliest;
  private List<String> topics = List.of();
  private @Nullable ConsumerRebalanceListener listener;
  private ConsumerGroupMetadata metadata;
  private State state = State.OUTSIDE;
  private String memberId = "";
  private int generation = -1;
  private boolean mustJoin;
  private boolean left;
  private long joins;
  private boolean joinServed;
  private long polledNanos;

  private enum State {
    /** It has to join as a new member. */
    OUTSIDE,
    /** It has asked to join, and waits for the next generation. */
    JOINING,
    /** It is of the group's generation, as far as it knows. */
    MEMBER
  }

  GroupConsumer(
      Network network,
      SimulatedBroker broker,
      SimulatedProcess process,
      Map<String, Object> config) {
    super(network, broker, process, config);
    this.sessionNanos = SimulatedProducer.nanos(config, "session.timeout.ms", 45_000);
    this.heartbeatNanos =
        Math.min(SimulatedProducer.nanos(config, "heartbeat.interval.ms", 3_000), sessionNanos / 3);
    this.maxPollNanos = SimulatedProducer.nanos(config, "max.poll.interval.ms", 300_000);
    this.joinNanos = timeoutNanos;
    this.isFromEarliest = "earliest".equals(config.get("auto.offset.reset"));
    this.metadata = new ConsumerGroupMetadata(group);
  }

  @Override
  public void subscribe(Collection<String> subscribed, ConsumerRebalanceListener told) {
    requireOpen();
    topics = List.copyOf(subscribed);
    listener = told;
    polledNanos = scheduler.nowNanos();
    scheduler.after(heartbeatNanos, this::heartbeat);
  }

  @Override
  public ConsumerGroupMetadata groupMetadata() {
    return metadata;
  }

  @Override
  public ConsumerRecords<String, byte[]> poll(Duration timeout) {
    long deadlineNanos = scheduler.nowNanos() + timeout.toNanos();
    ConsumerRecords<String, byte[]> fetched;
    do {
      if (listener != null) {
        requireOpen();
        polledNanos = scheduler.nowNanos();
        stayMember();
        locate();
      }
      long leftNanos = Math.max(0, deadlineNanos - scheduler.nowNanos());
      fetched = super.poll(Duration.ofNanos(leftNanos));
    } while (fetched.isEmpty() && hasNews() && scheduler.nowNanos() < deadlineNanos);
    return fetched;
  }

  @Override
  boolean hasNews() {
    return listener != null
        && (state == State.OUTSIDE
            || (state == State.MEMBER && mustJoin)
            || (state == State.JOINING && broker.groups().given(group, memberId) != null));
  }

  private void stayMember() {
    if (state == State.JOINING) {
      Groups.Share given = broker.groups().given(group, memberId);
      if (given != null) {
        take(given);
      }
    }
    if (state == State.OUTSIDE) {
      Set<TopicPartition> lost = assignment();
      release(lost);
      generation = -1;
      memberId = "%s/%d".formatted(process.name(), broker.groups().newMember());
      if (!lost.isEmpty()) {
        told().onPartitionsLost(lost);
      }
      join();
    } else if (state == State.MEMBER && mustJoin) {
      join();
    }
  }

  private ConsumerRebalanceListener told() {
    ConsumerRebalanceListener told = listener;
    if (told == null) {
      throw new IllegalStateException("nothing was subscribed to");
    }
    return told;
  }

  /** The request travels by itself; without an answer in time it is sent again. */
  private void join() {
    state = State.JOINING;
    mustJoin = false;
    joinServed = false;
    long attempt = ++joins;
    String asked = memberId;
    Groups.Share claim = new Groups.Share(generation, assignment());
    Network.Fate fate = network.fate();
    if (fate != Network.Fate.LOST) {
      long delayNanos = fate == Network.Fate.LATE ? 2 * joinNanos : 0;
      scheduler.after(
          delayNanos + network.latencyNanos(),
          () -> serveJoin(asked, claim, fate == Network.Fate.ANSWERED));
    }
    if (fate != Network.Fate.ANSWERED) {
      scheduler.after(
          joinNanos,
          () -> {
            if (state == State.JOINING && joins == attempt) {
              state = generation < 0 ? State.OUTSIDE : State.MEMBER;
              mustJoin = true;
            }
          });
    }
  }

  private void serveJoin(String asked, Groups.Share claim, boolean isAnswered) {
    boolean isNew = broker.groups().heardNanos(group, asked) == null;
    try {
      broker.groups().join(group, asked, topics, claim, scheduler.nowNanos());
      joinServed |= asked.equals(memberId);
      if (isNew) {
        scheduler.after(sessionNanos, () -> expire(asked));
      }
    } catch (UnknownMemberIdException e) {
      if (isAnswered && asked.equals(memberId)) {
        state = State.OUTSIDE;
      }
    }
  }

  /** The broker's side: a member that is silent for a session is taken out of its group. */
  private void expire(String member) {
    Long heardNanos = broker.groups().heardNanos(group, member);
    if (heardNanos == null) {
      return;
    }
    long dueNanos = heardNanos + sessionNanos;
    if (dueNanos <= scheduler.nowNanos()) {
      broker.groups().leave(group, member);
    } else {
      scheduler.at(dueNanos, () -> expire(member));
    }
  }

  private void heartbeat() {
    if (left || process.isDead()) {
      return;
    }
    long nowNanos = scheduler.nowNanos();
    scheduler.after(
        heartbeatNanos / 2 + network.random().nextLong(heartbeatNanos), this::heartbeat);
    if (state == State.OUTSIDE || process.isPausedAt(nowNanos) || network.isFaulty()) {
      return;
    }
    if (nowNanos - polledNanos > maxPollNanos) {
      broker.groups().leave(group, memberId);
      state = State.OUTSIDE;
      return;
    }
    if (state == State.JOINING
        && joinServed
        && broker.groups().heardNanos(group, memberId) == null) {
      // It stood still for so long that the group gave it up before the generation began.
      state = State.OUTSIDE;
      return;
    }
    Groups.Pulse pulse = broker.groups().heard(group, memberId, generation, nowNanos);
    if (state == State.MEMBER) {
      switch (pulse) {
        case ALIVE -> {}
        case REBALANCING -> mustJoin = true;
        case UNKNOWN -> state = State.OUTSIDE;
      }
    }
  }

  /** Begins with the generation that it joined. */
  private void take(Groups.Share given) {
    broker.groups().taken(group, memberId);
    state = State.MEMBER;
    generation = given.generation();
    metadata = new ConsumerGroupMetadata(group, generation, memberId, Optional.empty());
    Set<TopicPartition> revoked = new HashSet<>(assignment());
    revoked.removeAll(given.partitions());
    Set<TopicPartition> added = new HashSet<>(given.partitions());
    added.removeAll(assignment());
    if (!revoked.isEmpty()) {
      // Others wait for what is given up.
      mustJoin = true;
      told().onPartitionsRevoked(revoked);
      release(revoked);
    }
    added.forEach(partition -> positions.put(partition, UNKNOWN_POSITION));
    told().onPartitionsAssigned(added);
  }

  /** Where its listener did not say: behind the committed offsets, or as it is set. */
  private void locate() {
    Set<TopicPartition> unknown = new HashSet<>(positions.keySet());
    unknown.removeIf(partition -> position(partition) != UNKNOWN_POSITION);
    if (unknown.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed = committed(unknown);
    for (TopicPartition partition : unknown) {
      OffsetAndMetadata next = committed.get(partition);
      if (next == null && !isFromEarliest) {
        throw new NoOffsetForPartitionException(partition);
      }
      seek(partition, next == null ? broker.partition(partition).start() : next.offset());
    }
  }

  private void release(Collection<TopicPartition> partitions) {
    positions.keySet().removeAll(partitions);
    resume(partitions);
  }

  /** Kafka's waits while a transaction holds offsets of these partitions that it may yet commit. */
  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> committed = super.committed(partitions);
    if (!committedOnly || !broker.transactions().hasOffsets(group, partitions)) {
      return committed;
    }
    boolean settled =
        scheduler.await(
            () -> !broker.transactions().hasOffsets(group, partitions),
            scheduler.nowNanos() + timeoutNanos);
    if (!settled) {
      throw new TimeoutException("offsets of %s are not stable yet".formatted(partitions));
    }
    return super.committed(partitions);
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    requireOpen();
    int committing = listener == null ? -1 : metadata.generationId();
    String committer = listener == null ? "" : metadata.memberId();
    try {
      network.request(
          "commitSync",
          timeoutNanos,
          () -> {
            broker.groups().checkCommit(group, committer, committing, false);
            broker.groups().commit(group, offsets);
            return offsets;
          });
    } catch (UnknownMemberIdException | IllegalGenerationException e) {
      throw new CommitFailedException("the group has given its partitions to others: " + e);
    }
  }

  @Override
  public void close() {
    super.close();
    if (listener == null || left || process.isDead()) {
      return;
    }
    left = true;
    Set<TopicPartition> owned = new HashSet<>(positions.keySet());
    if (!owned.isEmpty()) {
      told().onPartitionsRevoked(owned);
    }
    String leaving = memberId;
    scheduler.point("leaveGroup");
    if (network.fate() != Network.Fate.LOST) {
      scheduler.after(network.latencyNanos(), () -> broker.groups().leave(group, leaving));
    }
  }
}
