package io.logitstream.trainer.training;

import io.logitstream.distillation.step.NonFiniteStepException;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes steps; leaves out records without which a step has a finite result, a few in a row. */
public final class StepTaker {
  private static final Logger LOGGER = LoggerFactory.getLogger(StepTaker.class);
  private static final int MAX_IN_A_ROW = 3;

  private final Student student;
  private int inARow;

  public StepTaker(Student student) {
    this.student = student;
  }

  /**
   * Takes a step on a batch; records that keep it from a finite result are condemned.
   *
   * @return empty if no record was left to train on
   * @throws LogitstreamException FATAL if several records in a row had to be condemned
   */
  public Optional<StepResult> take(StepBatch batch) {
    while (batch.size() > 0) {
      try {
        StepResult result = student.train(batch.examples());
        inARow = 0;
        return Optional.of(result);
      } catch (NonFiniteStepException e) {
        List<Integer> culprits = NonFiniteSearch.culprits(student, batch.examples(), e);
        inARow += culprits.size();
        if (inARow > MAX_IN_A_ROW) {
          throw new LogitstreamException(
              FailureKind.FATAL,
              ("step %d: %d records in a row without a finite result, expected at most %d: the"
                      + " training diverges. Lower optimizer.learning-rate in another run")
                  .formatted(e.step(), inARow, MAX_IN_A_ROW),
              e);
        }
        LOGGER.warn("leaving out {} record(s): {}", culprits.size(), e.getMessage());
        batch.condemnNonFinite(culprits, String.valueOf(e.getMessage()));
      }
    }
    return Optional.empty();
  }
}
