package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two teachers of a group, of which one or the other is killed with SIGKILL while it scores, and
 * started again. {@code system-tests/teacher-kills} runs it with more kills and prompts.
 */
class TeacherKillsTest {
  private static final int KILLS = Integer.getInteger("kills.count", 2);
  private static final int PROMPTS = Integer.getInteger("kills.prompts", 200);
  private static final long SEED = Long.getLong("kills.seed", 1);
  private static final int LATEST_KILL_MS = 300;

  @TempDir Path folder;

  @Test
  @Timeout(3600)
  void howeverOftenTeachersAreKilledEachWindowIsThereOnceAsInAnUndisturbedRun() throws Exception {
    Pipeline pipeline =
        Pipeline.prepare(folder, PROMPTS, TeacherTrial.MOST_WORDS, TeacherTrial.PARTITIONS);
    try (ServiceProcess broker = pipeline.broker()) {
      pipeline.awaitUp();
      TeacherTrial trial = TeacherTrial.prepare(pipeline);
      Pipeline killed = pipeline.withPrefix("killed-");
      Filling.fill(killed);
      int kills;
      String[] settings = TeacherTrial.settings(TeacherTrial.SHORT);
      try (CommittedWindows windows = new CommittedWindows(killed);
          ServiceProcess first = killed.teach("teacher-1", settings);
          ServiceProcess second = killed.teach("teacher-2", settings)) {
        List<ServiceProcess> teachers = List.of(first, second);
        kills = kill(teachers, windows, trial.windows());
        windows.await(trial.windows(), teachers);
        trial.everyWindowIsThereOnce(killed, windows);
      }
      assertThat(kills).as("kills that came before the last window").isPositive();
      assertThat(broker.isAlive()).as(broker.output()).isTrue();
      ChaosReport.line(
          "%d kills over %d prompts (seed %d): %d windows, each there once, as in the undisturbed run; %d more were written in transactions that never ended"
              .formatted(
                  kills, PROMPTS, SEED, trial.windows(), TeacherTrial.unseenWindows(killed)));
    }
  }

  /**
   * Kills one or the other, spread over the windows that there are to score.
   *
   * @return how many kills there were: fewer than asked for if all windows were there before
   */
  private static int kill(List<ServiceProcess> teachers, CommittedWindows windows, int all)
      throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int kill = 0; kill < KILLS; kill++) {
      windows.await(1 + all * kill / (KILLS + 1), teachers);
      TimeUnit.MILLISECONDS.sleep(random.nextInt(LATEST_KILL_MS));
      if (windows.count() >= all) {
        return kill;
      }
      teachers.get(random.nextInt(teachers.size())).killAndRestart();
    }
    return KILLS;
  }
}
