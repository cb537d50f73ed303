package io.logitstream.systemtests;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** The consumer group whose members share a pipeline's prompts, as the broker knows it. */
record TeachersGroup(Admin admin, String name, int partitions) {
  private static final Duration LONG = Duration.ofMinutes(2);

  static TeachersGroup of(Pipeline pipeline, Admin admin) {
    return new TeachersGroup(admin, pipeline.teachersGroup(), pipeline.partitions());
  }

  /** Waits until it has so many members, each with partitions, and all of them among them. */
  void awaitMembers(int count) {
    await()
        .alias("%d members with all partitions of %s".formatted(count, name))
        .atMost(LONG)
        .ignoreExceptionsMatching(e -> e.getCause() instanceof GroupIdNotFoundException)
        .until(
            () -> {
              List<MemberDescription> members = members();
              return members.size() == count
                  && members.stream().allMatch(member -> partitions(member) > 0)
                  && members.stream().mapToInt(TeachersGroup::partitions).sum() == partitions;
            });
  }

  /** Its members now; none where nobody has joined it. */
  List<MemberDescription> members() throws ExecutionException, InterruptedException {
    return admin.describeConsumerGroups(List.of(name)).all().get().values().stream()
        .flatMap(group -> group.members().stream())
        .toList();
  }

  private static int partitions(MemberDescription member) {
    return member.assignment().topicPartitions().size();
  }
}
