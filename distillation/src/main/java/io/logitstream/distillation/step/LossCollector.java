package io.logitstream.distillation.step;

import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.logits.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up the losses of a step's micro-batches in double, by domain, and refuses what is not
 * finite.
 */
final class LossCollector {
  private final ObjectiveSettings objective;
  private final long step;
  private final Map<String, LossSums> byDomain = new TreeMap<>();

  LossCollector(ObjectiveSettings objective, long step) {
    this.objective = objective;
    this.step = step;
  }

  /**
   * @param indices of the examples in the step
   * @param crossEntropies (N)
   * @param divergences (N)
   */
  void addFull(
      List<TrainingExample> examples,
      List<Integer> indices,
      float[] crossEntropies,
      float[] divergences) {
    int row = 0;
    LossSums[] sums = new LossSums[examples.size()];
    for (int i = 0; i < sums.length; i++) {
      int end = row + examples.get(i).trainedPositions();
      double soft = sum(divergences, row, end);
      sums[i] = sums(examples.get(i), sum(crossEntropies, row, end), soft, true);
      row = end;
    }
    add(examples, indices, sums);
  }

  /**
   * @param crossEntropies (N)
   * @param entryLosses (E)
   */
  void addSampled(
      List<TrainingExample> examples,
      List<Integer> indices,
      float[] crossEntropies,
      float[] entryLosses,
      SampledTargets targets) {
    int row = 0;
    LossSums[] sums = new LossSums[examples.size()];
    for (int i = 0; i < sums.length; i++) {
      TrainingExample example = examples.get(i);
      int end = row + example.trainedPositions();
      double soft = -example.entropySum().orElse(0);
      for (int entry = targets.sequenceBounds()[i];
          entry < targets.sequenceBounds()[i + 1];
          entry++) {
        soft += targets.shares()[entry] * entryLosses[entry];
      }
      sums[i] =
          sums(
              example,
              sum(crossEntropies, row, end),
              soft,
              example.entropySum().isPresent() && objective.sameTemperature(example.temperature()));
      row = end;
    }
    add(examples, indices, sums);
  }

  LossSums total() {
    return byDomain.values().stream().reduce(LossSums.ZERO, LossSums::plus);
  }

  Map<String, LossSums> byDomain() {
    return byDomain;
  }

  private LossSums sums(
      TrainingExample example, double crossEntropy, double soft, boolean divergenceKnown) {
    boolean labels = example.targets() instanceof Labels;
    double share = labels ? 0 : objective.softWeight();
    double temperature = objective.temperature();
    int tokens = example.trainedPositions();
    double hardTerm = share == 1 ? 0 : (1 - share) * crossEntropy;
    double softTerm = share == 0 ? 0 : share * temperature * temperature * soft;
    boolean reported = divergenceKnown && !labels;
    return new LossSums(
        tokens,
        example.weight() * tokens,
        example.weight() * (hardTerm + softTerm),
        crossEntropy,
        reported ? tokens : 0,
        reported ? soft : 0);
  }

  private void add(List<TrainingExample> examples, List<Integer> indices, LossSums[] sums) {
    double worst = 0;
    List<Integer> suspects = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      double value = sums[i].objective() + sums[i].crossEntropy() + sums[i].forwardKl();
      if (!Double.isFinite(value)) {
        suspects.add(indices.get(i));
        worst = value;
      }
    }
    if (!suspects.isEmpty()) {
      throw new NonFiniteStepException(step, "loss", worst, suspects);
    }
    for (int i = 0; i < sums.length; i++) {
      byDomain.merge(examples.get(i).domain(), sums[i], LossSums::plus);
    }
  }

  private static double sum(float[] values, int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += values[i];
    }
    return sum;
  }
}
