package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two teachers of a group, of which one stands still (SIGSTOP) in the middle of a transaction while
 * the other takes its partitions over, and then goes on as if nothing had happened.
 */
@Tag("long")
class TeacherZombieTest {
  private static final int PROMPTS = 400;

  /** Work for a few seconds: whoever is stopped meanwhile has some. */
  private static final double PROMPTS_PER_SECOND = 100;

  private static final int SIGTERM = 143;

  @TempDir static Path folder;
  private static ServiceProcess broker;
  private static TeacherTrial trial;

  @BeforeAll
  static void scoreUndisturbed() throws Exception {
    Pipeline pipeline =
        Pipeline.prepare(folder, PROMPTS, TeacherTrial.MOST_WORDS, TeacherTrial.PARTITIONS);
    broker = pipeline.broker();
    pipeline.awaitUp();
    trial = TeacherTrial.prepare(pipeline);
  }

  @AfterAll
  static void stopBroker() throws InterruptedException {
    broker.close();
  }

  @Test
  @Timeout(300)
  void whoStoodStillPastEveryTimeoutPublishesNothingTwiceAndJoinsAgain() throws Exception {
    Pipeline stopped = pipeline("stopped-");
    try (Admin admin = stopped.clients().admin();
        CommittedWindows windows = new CommittedWindows(stopped);
        ServiceProcess zombie = teach(stopped, "zombie", TeacherTrial.SHORT)) {
      TransactionWatch transaction = TransactionWatch.ofOnly(admin, "stopped-");
      TeachersGroup group = TeachersGroup.of(stopped, admin);
      try (ServiceProcess other = teach(stopped, "other", TeacherTrial.SHORT)) {
        List<ServiceProcess> teachers = List.of(zombie, other);
        group.awaitMembers(2);
        FutureTask<Void> publishing = publishing(stopped, "documents");
        transaction.pauseWithin(zombie);
        publishing.get();

        group.awaitMembers(1);
        windows.await(trial.windows(), teachers);
        assertThat(transaction.isOpen()).as("the zombie's transaction").isFalse();
        int unseen = TeacherTrial.unseenWindows(stopped);
        assertThat(unseen).as("windows of the zombie's transaction").isPositive();
        zombie.resume();

        group.awaitMembers(2);
        trial.everyWindowIsThereOnce(stopped, windows);
        assertThat(zombie.output()).contains("nothing was committed; beginning again");
        publishing(stopped, "others").get();
        windows.await(2 * trial.windows(), teachers);
        assertThat(stopped.windows()).hasSize(2 * trial.windows()).doesNotHaveDuplicates();
        assertThat(zombie.terminate(70)).as(zombie.output()).isEqualTo(SIGTERM);
        ChaosReport.line(
            "past every timeout: %d windows, each there once; the %d that the zombie had written were not seen; it joined again"
                .formatted(trial.windows(), unseen));
      }
    }
  }

  @Test
  @Timeout(300)
  void whoStoodStillPastItsSessionAloneHasLostItsPartitions() throws Exception {
    Pipeline stopped = pipeline("replaced-");
    try (Admin admin = stopped.clients().admin();
        CommittedWindows windows = new CommittedWindows(stopped);
        ServiceProcess zombie = teach(stopped, "zombie", TeacherTrial.ENDLESS)) {
      TransactionWatch transaction = TransactionWatch.ofOnly(admin, "replaced-");
      TeachersGroup group = TeachersGroup.of(stopped, admin);
      try (ServiceProcess other = teach(stopped, "other", TeacherTrial.ENDLESS)) {
        group.awaitMembers(2);
        FutureTask<Void> publishing = publishing(stopped, "documents");
        transaction.pauseWithin(zombie);
        publishing.get();
        group.awaitMembers(1);
        assertThat(transaction.isOpen()).as("the zombie's transaction").isTrue();
        zombie.resume();

        group.awaitMembers(2);
        windows.await(trial.windows(), List.of(zombie, other));
        trial.everyWindowIsThereOnce(stopped, windows);
        ChaosReport.line(
            "past the session alone: %d windows, each there once; it joined again"
                .formatted(trial.windows()));
      }
    }
  }

  private static Pipeline pipeline(String prefix) {
    Pipeline pipeline = trial.pipeline().withPrefix(prefix);
    Filling.createTopics(pipeline);
    return pipeline;
  }

  private static ServiceProcess teach(Pipeline pipeline, String name, String transactionTimeout)
      throws Exception {
    return pipeline.teach(name, TeacherTrial.settings(transactionTimeout));
  }

  private static FutureTask<Void> publishing(Pipeline into, String source) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              Filling.publish(into, source, PROMPTS_PER_SECOND);
              return null;
            });
    new Thread(task, "publishing").start();
    return task;
  }
}
