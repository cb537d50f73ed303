package io.logitstream.teacher;

import io.logitstream.model.torchscript.ModelMemoryException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.teacher.backpressure.Backpressure;
import io.logitstream.teacher.batching.BatchPlan;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.intake.Cycle;
import io.logitstream.teacher.intake.PreparedPrompt;
import io.logitstream.teacher.intake.PromptIntake;
import io.logitstream.teacher.publishing.Outbox;
import io.logitstream.teacher.publishing.TeacherLogitsAssembler;
import io.logitstream.teacher.publishing.TransactionalPublisher;
import io.logitstream.teacher.scoring.ScoredWindow;
import io.logitstream.teacher.scoring.ScoringTask;
import io.logitstream.teacher.scoring.WindowScoring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The teacher's loop: prompts in, logits out, in transactions that hold a few prompts whole. A
 * failure leaves it; what was not committed is read again by whoever has the partitions then.
 */
final class TeacherLoop {
  private final TeacherSettings settings;
  private final Backpressure backpressure;
  private final PromptIntake intake;
  private final WindowScoring trainingScoring;
  private final WindowScoring evaluationScoring;
  private final TeacherLogitsAssembler assembler;
  private final Outbox outbox;
  private final DeadLetters deadLetters;
  private final TransactionalPublisher publisher;
  private final TeacherProgress progress;
  private final int maxCondemnedInARow;
  private final GivenUpCycles givenUp;
  private final Execution execution;
  private int condemnedInARow;

  TeacherLoop(
      TeacherSettings settings,
      Backpressure backpressure,
      PromptIntake intake,
      WindowScoring trainingScoring,
      WindowScoring evaluationScoring,
      TeacherLogitsAssembler assembler,
      Outbox outbox,
      DeadLetters deadLetters,
      TransactionalPublisher publisher,
      TeacherProgress progress,
      int maxCondemnedInARow,
      GivenUpCycles givenUp,
      Execution execution) {
    this.settings = settings;
    this.backpressure = backpressure;
    this.intake = intake;
    this.trainingScoring = trainingScoring;
    this.evaluationScoring = evaluationScoring;
    this.assembler = assembler;
    this.outbox = outbox;
    this.deadLetters = deadLetters;
    this.publisher = publisher;
    this.progress = progress;
    this.maxCondemnedInARow = maxCondemnedInARow;
    this.givenUp = givenUp;
    this.execution = execution;
  }

  /**
   * Works until asked to stop.
   *
   * @param committed run after each transaction
   * @throws LogitstreamException CONFIGURATION if too many prompts in a row are condemned, or the
   *     same ones are given up too often
   */
  void run(StopSignal stop, Runnable committed) {
    PromptIntake.Budget budget =
        new PromptIntake.Budget(settings.batchTokens(), settings.maxPromptBytes());
    while (!stop.requested()) {
      boolean waits = backpressure.holdsBack();
      progress.paused(waits);
      if (waits) {
        intake.idle();
        continue;
      }
      Cycle cycle = intake.gather(budget, settings.maxBatchWait());
      if (cycle.isEmpty()) {
        continue;
      }
      checkCondemned(cycle);
      long startNanos = execution.nanos();
      try {
        commit(cycle);
        givenUp.committed(cycle, intake.partitions());
        committed.run();
      } catch (CommitFailedException e) {
        // The group was rebalanced meanwhile; who has the partitions now reads the prompts again.
        publisher.abort();
        intake.rewind();
        idle(givenUp.add(cycle, execution.nanos() - startNanos, e, execution.random()), stop);
      }
    }
  }

  private void idle(Duration pause, StopSignal stop) {
    long startNanos = execution.nanos();
    while (!stop.requested() && execution.nanos() - startNanos < pause.toNanos()) {
      intake.idle();
    }
  }

  /** What exceeds the limit is not committed: it is there to be read again, once all is well. */
  private void checkCondemned(Cycle cycle) {
    for (PreparedPrompt prompt : cycle.prompts()) {
      if (!(prompt instanceof PreparedPrompt.Condemned condemned)) {
        condemnedInARow = 0;
        continue;
      }
      condemnedInARow++;
      if (maxCondemnedInARow > 0 && condemnedInARow > maxCondemnedInARow) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            ("%d prompts in a row go to the dead letters, expected at most %d"
                    + " (teacher.max-dead-letters-in-a-row): something is wrong with what is written"
                    + " to %s. The last is %d@%d, %s: %s")
                .formatted(
                    condemnedInARow,
                    maxCondemnedInARow,
                    prompt.read().topic(),
                    prompt.read().partition(),
                    prompt.read().offset(),
                    condemned.code(),
                    condemned.failure().getMessage()));
      }
    }
  }

  private void commit(Cycle cycle) {
    Tally tally = new Tally();
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (PreparedPrompt.Condemned condemned : cycle.condemned()) {
      records.add(deadLetters.letter(condemned.read(), condemned.code(), condemned.failure()));
    }
    score(cycle, false, trainingScoring, records, tally);
    score(cycle, true, evaluationScoring, records, tally);
    publisher.commit(records, cycle.nextOffsets(), intake.group());
    intake.committed(cycle.nextOffsets());
    progress.add(tally.figures(cycle));
  }

  private void score(
      Cycle cycle,
      boolean heldOut,
      WindowScoring scoring,
      List<ProducerRecord<String, byte[]>> records,
      Tally tally) {
    List<Job> jobs = new ArrayList<>();
    for (PreparedPrompt.Scorable scorable : cycle.scorable()) {
      if (scorable.prompt().getHeldOut() == heldOut) {
        scorable.windows().forEach(window -> jobs.add(new Job(scorable, window)));
      }
    }
    for (List<Job> batch :
        BatchPlan.of(jobs, job -> job.window().positions(), settings.batchTokens())) {
      intake.keep(cycle);
      long startNanos = execution.nanos();
      List<ScoredWindow> scored = score(scoring, batch);
      for (int index = 0; index < batch.size(); index++) {
        Job job = batch.get(index);
        ProducerRecord<String, byte[]> record =
            outbox.record(assembler.assemble(job.prompt(), job.window(), scored.get(index)));
        TraceContext.of(job.prompt().read().headers())
            .ifPresent(trace -> trace.writeTo(record.headers()));
        records.add(record);
        tally.add(job.window(), record.value().length);
      }
      tally.scoringNanos += execution.nanos() - startNanos;
    }
  }

  private List<ScoredWindow> score(WindowScoring scoring, List<Job> batch) {
    try {
      return scoring.score(batch.stream().map(Job::task).toList());
    } catch (ModelMemoryException e) {
      int longest = batch.stream().mapToInt(job -> job.window().positions()).max().orElse(0);
      throw new LogitstreamException(
          FailureKind.FATAL,
          ("could not score %d windows of up to %d tokens at once: %s. Lower teacher.batch-tokens"
                  + " (%d) or teacher.window-tokens, or run the teacher where there is more memory;"
                  + " nothing of them was published")
              .formatted(batch.size(), longest, e.getMessage(), settings.batchTokens()),
          e);
    }
  }

  private record Job(PreparedPrompt.Scorable prompt, Window window) {
    ScoringTask task() {
      return new ScoringTask(prompt.prompt().getPromptId(), window);
    }
  }

  /** Sums over the windows of a cycle. */
  private static final class Tally {
    private long windows;
    private long scoredTokens;
    private long trainedTokens;
    private long bytes;
    private long scoringNanos;

    void add(Window window, int valueBytes) {
      windows++;
      scoredTokens += window.positions();
      trainedTokens += window.trainedPositions();
      bytes += valueBytes;
    }

    TeacherProgress.CycleFigures figures(Cycle cycle) {
      return new TeacherProgress.CycleFigures(
          cycle.scorable().size(),
          cycle.condemned().size(),
          windows,
          scoredTokens,
          trainedTokens,
          bytes,
          scoringNanos);
    }
  }
}
