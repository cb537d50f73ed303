package io.logitstream.teacher;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.teacher.scoring.ScoredWindow;
import io.logitstream.teacher.scoring.ScoringTask;
import io.logitstream.teacher.scoring.WindowScoring;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Scores as another scoring does, and takes a time for each batch, as a slow model does. */
final class PacedScoring implements WindowScoring {
  private final WindowScoring scoring;
  private final AtomicLong batchMs;

  private PacedScoring(WindowScoring scoring, AtomicLong batchMs) {
    this.scoring = scoring;
    this.batchMs = batchMs;
  }

  /**
   * A teacher's ports, with a model that is slow.
   *
   * @param batchMs how long a batch takes, now
   */
  static TeacherPorts ports(AtomicLong batchMs) {
    return new TeacherPorts(
        ClientSource.network(),
        Execution.system(),
        settings -> slow(settings, batchMs),
        UUID.randomUUID().toString());
  }

  private static TeacherModel slow(TeacherSettings settings, AtomicLong batchMs)
      throws IOException {
    TeacherModel model = TeacherModel.open(settings);
    return new TeacherModel(
        model.identity(),
        model.tokenizer(),
        model.conversations(),
        model.computeType(),
        new PacedScoring(model.training(), batchMs),
        new PacedScoring(model.evaluation(), batchMs),
        model.sizing(),
        model);
  }

  @Override
  public List<ScoredWindow> score(List<ScoringTask> batch) {
    long endNanos = System.nanoTime() + batchMs.get() * 1_000_000;
    for (long left = 1; left > 0; left = endNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return scoring.score(batch);
  }
}
