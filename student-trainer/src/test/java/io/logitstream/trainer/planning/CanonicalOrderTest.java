package io.logitstream.trainer.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.trainer.ingest.PartitionBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CanonicalOrderTest {
  private record Numbered(int partition, int offset) {}

  private record Plan(int turnRecords, int stepRecords) {}

  @RepeatedTest(200)
  void theOrderIsAFunctionOfTheLogWhateverTheFetchesAre(RepetitionInfo repetition)
      throws Exception {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    int[] lengths = random.ints(1 + random.nextInt(5), 0, 40).toArray();
    Plan plan = new Plan(1 + random.nextInt(5), 1 + random.nextInt(9));

    assertThat(fetchedAtRandom(lengths, plan, random)).isEqualTo(expected(lengths, plan));
    assertThat(fetchedAtRandom(lengths, plan, random)).isEqualTo(expected(lengths, plan));
  }

  @RepeatedTest(100)
  void aRestartAtAnyStepGoesOnInTheSameOrder(RepetitionInfo repetition) throws Exception {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    int[] lengths = random.ints(1 + random.nextInt(4), 5, 40).toArray();
    Plan plan = new Plan(1 + random.nextInt(4), 1 + random.nextInt(7));
    List<Numbered> whole = expected(lengths, plan);
    int steps = random.nextInt(whole.size() / plan.stepRecords() + 1);

    int[] positions = new int[lengths.length];
    CanonicalPlanner<Numbered> before =
        new CanonicalPlanner<>(filled(lengths, positions), plan.turnRecords(), 0);
    List<Numbered> order = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < plan.stepRecords(); i++) {
        Numbered record = before.next().orElseThrow();
        positions[record.partition()] = record.offset() + 1;
        order.add(record);
      }
      before.endTurn();
    }
    CanonicalPlanner<Numbered> after =
        new CanonicalPlanner<>(
            filled(lengths, positions), plan.turnRecords(), before.nextPartition());
    order.addAll(drain(after, plan));

    assertThat(order).isEqualTo(whole);
  }

  @Test
  void aPartitionThatIsNotKnownToBeIdleIsWaitedFor() throws Exception {
    PartitionBuffers<Numbered> log = new PartitionBuffers<>(2, 10, 1000, Execution.system());
    log.add(1, new Numbered(1, 0), 1);
    CanonicalPlanner<Numbered> planner = new CanonicalPlanner<>(log, 1, 0);
    CompletableFuture<Optional<Numbered>> next =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return planner.next();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    log.add(0, new Numbered(0, 0), 1);

    assertThat(next.get()).contains(new Numbered(0, 0));
  }

  /** The rule, written down once more over plain lists. */
  private static List<Numbered> expected(int[] lengths, Plan plan) {
    List<Numbered> order = new ArrayList<>();
    int[] next = new int[lengths.length];
    int total = java.util.Arrays.stream(lengths).sum();
    int inStep = 0;
    for (int partition = 0; order.size() < total; partition = (partition + 1) % lengths.length) {
      for (int i = 0; i < plan.turnRecords() && next[partition] < lengths[partition]; i++) {
        order.add(new Numbered(partition, next[partition]++));
        if (++inStep == plan.stepRecords()) {
          inStep = 0;
          break;
        }
      }
    }
    return order;
  }

  private static List<Numbered> fetchedAtRandom(int[] lengths, Plan plan, SplittableRandom random)
      throws Exception {
    PartitionBuffers<Numbered> log =
        new PartitionBuffers<>(lengths.length, 8, 1000, Execution.system());
    SplittableRandom fetches = random.split();
    Thread feed = new Thread(() -> feed(log, lengths, fetches));
    feed.start();
    List<Numbered> order = drain(new CanonicalPlanner<>(log, plan.turnRecords(), 0), plan);
    feed.join();
    return order;
  }

  /** Fetches a random number of records of random partitions until there are no more. */
  private static void feed(PartitionBuffers<Numbered> log, int[] lengths, SplittableRandom random) {
    int[] fetched = new int[lengths.length];
    boolean[] idle = new boolean[lengths.length];
    for (int left = lengths.length; left > 0; ) {
      int partition = random.nextInt(lengths.length);
      int records = log.isFull(partition) ? 0 : random.nextInt(6);
      for (int i = 0; i < records && fetched[partition] < lengths[partition]; i++) {
        log.add(partition, new Numbered(partition, fetched[partition]++), 1);
      }
      if (!idle[partition] && fetched[partition] == lengths[partition] && random.nextBoolean()) {
        idle[partition] = true;
        log.idle(partition);
        left--;
      }
      Thread.yield();
    }
  }

  private static PartitionBuffers<Numbered> filled(int[] lengths, int[] from) {
    PartitionBuffers<Numbered> log =
        new PartitionBuffers<>(lengths.length, 8, 1000, Execution.system());
    for (int partition = 0; partition < lengths.length; partition++) {
      for (int offset = from[partition]; offset < lengths[partition]; offset++) {
        log.add(partition, new Numbered(partition, offset), 1);
      }
      log.idle(partition);
    }
    return log;
  }

  private static List<Numbered> drain(CanonicalPlanner<Numbered> planner, Plan plan)
      throws InterruptedException {
    List<Numbered> order = new ArrayList<>();
    int inStep = 0;
    for (Optional<Numbered> next = planner.next(); next.isPresent(); next = planner.next()) {
      order.add(next.get());
      if (++inStep == plan.stepRecords()) {
        planner.endTurn();
        inStep = 0;
      }
    }
    return order;
  }
}
