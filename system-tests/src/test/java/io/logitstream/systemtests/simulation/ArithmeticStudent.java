package io.logitstream.systemtests.simulation;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.step.NonFiniteStepException;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A student of a few numbers, whose state depends on every record that it was ever trained on and
 * on their order, on its step and on its moments: a record too many or too few, two in another
 * order, a step or moments that were not restored show in its weights from then on. Records of the
 * domain {@link Traffic#HARMFUL} raise its divergence, so that a gate has something to reject; with
 * those of {@link Traffic#NON_FINITE} no step has a finite result.
 */
final class ArithmeticStudent implements Student {
  private static final int NUMBERS = 4;
  private static final long ODD = 0x9E3779B97F4A7C15L;
  private static final int BYTES = (NUMBERS + 1) * Long.BYTES;

  private final long[] weights = new long[NUMBERS];
  private final long[] moments = new long[NUMBERS];
  private final Runnable onStep;
  private double harm;
  private long step;

  /**
   * @param onStep called before each step
   */
  ArithmeticStudent(Runnable onStep) {
    this.onStep = onStep;
    for (int i = 0; i < NUMBERS; i++) {
      weights[i] = mix(i, ODD);
    }
  }

  @Override
  public void use(TrainingSettings settings) {
    // It has no settings.
  }

  @Override
  public StepResult train(List<TrainingExample> examples) {
    List<Integer> suspects =
        IntStream.range(0, examples.size())
            .filter(index -> examples.get(index).domain().equals(Traffic.NON_FINITE))
            .boxed()
            .toList();
    if (!suspects.isEmpty()) {
      throw new NonFiniteStepException(step + 1, "a loss of", Double.NaN, suspects);
    }
    onStep.run();
    step++;
    Map<String, LossSums> byDomain = new TreeMap<>();
    LossSums total = LossSums.ZERO;
    for (TrainingExample example : examples) {
      learn(example);
      long tokens = example.trainedPositions();
      LossSums losses = new LossSums(tokens, tokens, tokens, tokens, 0, 0);
      byDomain.merge(example.domain(), losses, LossSums::plus);
      total = total.plus(losses);
    }
    return new StepResult(step, total, byDomain, 1, 1, 1, total.tokens(), 1);
  }

  private void learn(TrainingExample example) {
    long hash = example.domain().hashCode();
    for (int token : example.tokens()) {
      hash = mix(hash, token);
    }
    for (int i = 0; i < NUMBERS; i++) {
      moments[i] = mix(moments[i], hash + i);
      weights[i] = mix(weights[i] + moments[i], step);
    }
    harm = example.domain().equals(Traffic.HARMFUL) ? harm + 1 : harm / 2;
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * ODD;
    return mixed ^ (mixed >>> 29);
  }

  @Override
  public EvaluationSums evaluate(List<TrainingExample> windows) {
    EvaluationSums sums = EvaluationSums.ZERO;
    for (TrainingExample window : windows) {
      long tokens = window.trainedPositions();
      double kl = tokens * (1.0 / (1 + step) + harm) * (1 + 0.01 * window.tokens()[0]);
      sums = sums.plus(new EvaluationSums(1, tokens, kl, tokens, 0, kl, 0, 0, 0));
    }
    return sums;
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public TrainingState.Snapshot snapshot() {
    ByteBuffer weightBytes = ByteBuffer.allocate(BYTES);
    ByteBuffer momentBytes = ByteBuffer.allocate(BYTES);
    for (int i = 0; i < NUMBERS; i++) {
      weightBytes.putLong(weights[i]);
      momentBytes.putLong(moments[i]);
    }
    weightBytes.putDouble(harm);
    return new TrainingState.Snapshot(
        step, weightBytes.array(), momentBytes.array(), Optional.empty());
  }

  @Override
  public void restore(TrainingState.Snapshot snapshot) {
    ByteBuffer weightBytes = ByteBuffer.wrap(snapshot.weights());
    ByteBuffer momentBytes = ByteBuffer.wrap(snapshot.moments());
    for (int i = 0; i < NUMBERS; i++) {
      weights[i] = weightBytes.getLong();
      moments[i] = momentBytes.getLong();
    }
    harm = weightBytes.getDouble();
    step = snapshot.step();
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
