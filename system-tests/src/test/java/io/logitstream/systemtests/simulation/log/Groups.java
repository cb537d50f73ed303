package io.logitstream.systemtests.simulation.log;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of consumer groups, by the protocol that Kafka calls classic: a generation begins
 * when all members have joined it, and whoever is of an older one may commit no offsets. It shares
 * out the partitions itself, which in Kafka the first member does.
 */
final class Groups {
  private final SimulatedBroker broker;
  private final Map<String, Group> groups = new TreeMap<>();
  private long membersMade;

  /**
   * Partitions that a member has, or claims to have.
   *
   * @param generation in which it was given them; -1 for none
   */
  record Share(int generation, Set<TopicPartition> partitions) {
    /** Of a member that was given nothing. */
    static final Share NONE = new Share(-1, Set.of());
  }

  /** What a member is told when it says that it is alive. */
  enum Pulse {
    ALIVE,
    REBALANCING,
    UNKNOWN
  }

  private static final class Group {
    private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    private final Map<String, Member> members = new TreeMap<>();
    private int generation;
    private boolean rebalancing;
  }

  private static final class Member {
    private final List<String> topics;
    private Share claim = Share.NONE;
    private @Nullable Share given;
    private boolean joined;
    private long heardNanos;

    Member(List<String> topics) {
      this.topics = topics;
    }
  }

  Groups(SimulatedBroker broker) {
    this.broker = broker;
  }

  private Group group(String name) {
    return groups.computeIfAbsent(name, key -> new Group());
  }

  /** A number for a member that no other has had. */
  long newMember() {
    return ++membersMade;
  }

  /** The groups that have committed offsets. */
  List<String> names() {
    return groups.entrySet().stream()
        .filter(entry -> !entry.getValue().offsets.isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The offsets that a group has committed. */
  Map<TopicPartition, OffsetAndMetadata> committed(String name) {
    Group group = groups.get(name);
    return group == null ? Map.of() : group.offsets;
  }

  void commit(String name, Map<TopicPartition, OffsetAndMetadata> offsets) {
    group(name).offsets.putAll(offsets);
  }

  /**
   * Checks that offsets may be committed.
   *
   * @param memberId who commits; empty for one that is no member
   * @throws UnknownMemberIdException if the group does not have the member
   * @throws IllegalGenerationException if the member is of another generation
   */
  void checkCommit(String name, String memberId, int generation, boolean inTransaction) {
    Group group = group(name);
    if (generation < 0 && memberId.isEmpty()) {
      if (!inTransaction && !group.members.isEmpty()) {
        throw new UnknownMemberIdException("group %s has members".formatted(name));
      }
      return;
    }
    if (!group.members.containsKey(memberId)) {
      throw new UnknownMemberIdException("%s is no member of %s".formatted(memberId, name));
    }
    if (generation != group.generation) {
      throw new IllegalGenerationException(
          "generation %d of %s, the last one is %d".formatted(generation, name, group.generation));
    }
  }

  /**
   * Joins the next generation, which begins when all have.
   *
   * @param claim what the member has now
   * @throws UnknownMemberIdException if it claims to be a member, and is none
   */
  void join(String name, String memberId, List<String> topics, Share claim, long nowNanos) {
    Group group = group(name);
    if (claim.generation() >= 0 && !group.members.containsKey(memberId)) {
      throw new UnknownMemberIdException("%s is no member of %s".formatted(memberId, name));
    }
    Member member = group.members.computeIfAbsent(memberId, id -> new Member(topics));
    rebalance(group);
    member.joined = true;
    member.claim = claim;
    member.given = null;
    member.heardNanos = nowNanos;
    beginIfAllJoined(group);
  }

  /** Takes a member out of its group, if it still is in it. */
  void leave(String name, String memberId) {
    Group group = group(name);
    if (group.members.remove(memberId) != null) {
      rebalance(group);
      beginIfAllJoined(group);
    }
  }

  /** A member says that it is alive. */
  Pulse heard(String name, String memberId, int generation, long nowNanos) {
    Group group = group(name);
    Member member = group.members.get(memberId);
    if (member == null) {
      return Pulse.UNKNOWN;
    }
    member.heardNanos = nowNanos;
    if (group.rebalancing) {
      return member.joined ? Pulse.ALIVE : Pulse.REBALANCING;
    }
    return generation == group.generation ? Pulse.ALIVE : Pulse.UNKNOWN;
  }

  /** When a member was heard last; empty if the group does not have it. */
  @Nullable Long heardNanos(String name, String memberId) {
    Member member = group(name).members.get(memberId);
    return member == null ? null : member.heardNanos;
  }

  /** What a member was given in the generation that it joined; null while that has not begun. */
  @Nullable Share given(String name, String memberId) {
    Member member = group(name).members.get(memberId);
    return member == null ? null : member.given;
  }

  /** The member takes what it was given. */
  void taken(String name, String memberId) {
    Member member = group(name).members.get(memberId);
    if (member != null) {
      member.given = null;
    }
  }

  private static void rebalance(Group group) {
    if (!group.rebalancing) {
      group.rebalancing = true;
      group.members.values().forEach(member -> member.joined = false);
    }
  }

  private void beginIfAllJoined(Group group) {
    if (!group.members.values().stream().allMatch(member -> member.joined)) {
      return;
    }
    group.rebalancing = false;
    group.generation++;
    Map<String, Share> claims = new TreeMap<>();
    Set<TopicPartition> partitions = new java.util.TreeSet<>(CooperativeShares.ORDER);
    group.members.forEach(
        (id, member) -> {
          claims.put(id, member.claim);
          member.topics.forEach(topic -> partitions.addAll(partitions(topic)));
        });
    CooperativeShares.of(claims, partitions)
        .forEach(
            (id, share) -> {
              Member member = group.members.get(id);
              if (member != null) {
                member.given = new Share(group.generation, share);
              }
            });
  }

  private List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, broker.partitions(topic))
        .mapToObj(partition -> new TopicPartition(topic, partition))
        .toList();
  }
}
