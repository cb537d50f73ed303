package io.logitstream.systemtests.simulation.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * Shares partitions out as evenly as can be, as Kafka's cooperative sticky assignor does: members
 * keep what they have, and what moves is in nobody's share for one generation, so that the one that
 * had it gives it up before another begins with it.
 */
final class CooperativeShares {
  static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private CooperativeShares() {}

  /**
   * The share of each member, all of which subscribe to the same topics.
   *
   * @param claims what each says that it has
   * @param partitions what is shared
   */
  static Map<String, Set<TopicPartition>> of(
      Map<String, Groups.Share> claims, Collection<TopicPartition> partitions) {
    Map<TopicPartition, String> owners = owners(claims, partitions);
    Map<String, Set<TopicPartition>> owned = new TreeMap<>();
    claims.keySet().forEach(member -> owned.put(member, new TreeSet<>(ORDER)));
    owners.forEach((partition, owner) -> owned.getOrDefault(owner, Set.of()).add(partition));
    List<String> members = new ArrayList<>(owned.keySet());
    members.sort(
        Comparator.comparingInt((String id) -> -owned.getOrDefault(id, Set.of()).size())
            .thenComparing(Comparator.naturalOrder()));
    Map<String, Set<TopicPartition>> shares = new TreeMap<>();
    Set<TopicPartition> free = new TreeSet<>(ORDER);
    free.addAll(partitions);
    for (int index = 0; index < members.size(); index++) {
      // The first members, which have most, have one more where the shares are not equal.
      int size =
          partitions.size() / members.size() + (index < partitions.size() % members.size() ? 1 : 0);
      Set<TopicPartition> kept = new TreeSet<>(ORDER);
      owned.getOrDefault(members.get(index), Set.of()).stream().limit(size).forEach(kept::add);
      free.removeAll(kept);
      shares.put(members.get(index), kept);
    }
    give(members, shares, free, partitions.size(), owners);
    return shares;
  }

  private static void give(
      List<String> members,
      Map<String, Set<TopicPartition>> shares,
      Set<TopicPartition> free,
      int partitions,
      Map<TopicPartition, String> owners) {
    Deque<TopicPartition> left = new ArrayDeque<>(free);
    for (int index = 0; index < members.size(); index++) {
      Set<TopicPartition> share = shares.getOrDefault(members.get(index), new HashSet<>());
      int missing =
          partitions / members.size()
              + (index < partitions % members.size() ? 1 : 0)
              - share.size();
      for (; missing > 0 && !left.isEmpty(); missing--) {
        TopicPartition next = left.remove();
        if (!owners.containsKey(next)) {
          share.add(next);
        }
      }
    }
  }

  /** Who has each partition: where two claim it, the one that was given it later. */
  private static Map<TopicPartition, String> owners(
      Map<String, Groups.Share> claims, Collection<TopicPartition> partitions) {
    Map<TopicPartition, String> owners = new HashMap<>();
    Map<TopicPartition, Integer> generations = new HashMap<>();
    claims.forEach(
        (member, claim) -> {
          for (TopicPartition partition : claim.partitions()) {
            int before = generations.getOrDefault(partition, -1);
            if (partitions.contains(partition) && claim.generation() > before) {
              generations.put(partition, claim.generation());
              owners.put(partition, member);
            }
          }
        });
    return owners;
  }
}
