package io.logitstream.distillation.step;

import io.logitstream.distillation.loss.Divergence;
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
  private final double softWeight;
  private final double[] shares;
  private final Map<String, LossSums> byDomain = new TreeMap<>();

  LossCollector(ObjectiveSettings objective, long step) {
    this.objective = objective;
    this.step = step;
    this.softWeight = objective.softWeightAt(step);
    this.shares = objective.sharesAt(step);
  }

  /** A loss of a row. */
  private interface RowLoss {
    double at(int row);
  }

  /**
   * @param indices of the examples in the step
   * @param crossEntropies (N)
   * @param outcomes forward KL, and after it the objective's divergences unless that is the only
   *     one: N of each
   */
  void addDistributions(
      List<TrainingExample> examples,
      List<Integer> indices,
      float[] crossEntropies,
      float[] outcomes) {
    int rows = crossEntropies.length;
    List<Divergence> divergences = objective.isForwardKl() ? List.of() : objective.divergences();
    int first = 0;
    LossSums[] sums = new LossSums[examples.size()];
    for (int i = 0; i < sums.length; i++) {
      TrainingExample example = examples.get(i);
      RowLoss forwardKl = row -> outcomes[row];
      RowLoss soft = divergences.isEmpty() ? forwardKl : row -> mixed(outcomes, rows, row);
      Map<String, Double> byLabel = new TreeMap<>();
      for (int k = 0; k < divergences.size(); k++) {
        int start = (k + 1) * rows;
        byLabel.put(
            divergences.get(k).label(), sum(example, first, false, row -> outcomes[start + row]));
      }
      sums[i] =
          sums(
              example,
              sum(example, first, false, row -> crossEntropies[row]),
              sum(example, first, true, row -> crossEntropies[row]),
              sum(example, first, false, forwardKl),
              sum(example, first, true, soft),
              true,
              byLabel);
      first += example.trainedPositions();
    }
    add(examples, indices, sums);
  }

  private double mixed(float[] outcomes, int rows, int row) {
    double sum = 0;
    for (int k = 0; k < shares.length; k++) {
      sum += shares[k] * outcomes[(k + 1) * rows + row];
    }
    return sum;
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
    int first = 0;
    int bound = 0;
    LossSums[] sums = new LossSums[examples.size()];
    for (int i = 0; i < sums.length; i++) {
      TrainingExample example = examples.get(i);
      boolean known = example.entropySum().isPresent();
      double kl = -example.entropySum().orElse(0);
      double soft = -weightedEntropy(example);
      for (PositionRange range : example.trained()) {
        int end = targets.rangeBounds()[bound + 1];
        for (int entry = targets.rangeBounds()[bound]; entry < end; entry++) {
          double loss = targets.shares()[entry] * entryLosses[entry];
          kl += loss;
          soft += range.weight() * loss;
        }
        bound++;
      }
      sums[i] =
          sums(
              example,
              sum(example, first, false, row -> crossEntropies[row]),
              sum(example, first, true, row -> crossEntropies[row]),
              kl,
              soft,
              known && objective.sameTemperature(example.temperature()),
              Map.of());
      first += example.trainedPositions();
    }
    add(examples, indices, sums);
  }

  private static double weightedEntropy(TrainingExample example) {
    double sum = 0;
    for (int range = 0; range < example.entropySums().size(); range++) {
      sum += example.trained().get(range).weight() * example.entropySums().get(range);
    }
    return sum;
  }

  LossSums total() {
    return byDomain.values().stream().reduce(LossSums.ZERO, LossSums::plus);
  }

  Map<String, LossSums> byDomain() {
    return byDomain;
  }

  private LossSums sums(
      TrainingExample example,
      double crossEntropy,
      double hard,
      double forwardKl,
      double soft,
      boolean divergenceKnown,
      Map<String, Double> divergences) {
    boolean labels = example.targets() instanceof Labels;
    double share = labels ? 0 : softWeight;
    double temperature = objective.temperature();
    double hardTerm = share == 1 ? 0 : (1 - share) * hard;
    double softTerm = share == 0 ? 0 : share * temperature * temperature * soft;
    boolean reported = divergenceKnown && !labels;
    int tokens = example.trainedPositions();
    return new LossSums(
        tokens,
        example.trainedWeight(),
        example.weight() * (hardTerm + softTerm),
        crossEntropy,
        reported ? tokens : 0,
        reported ? forwardKl : 0,
        divergences);
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

  private static double sum(TrainingExample example, int firstRow, boolean weighted, RowLoss loss) {
    double sum = 0;
    int row = firstRow;
    for (PositionRange range : example.trained()) {
      double weight = weighted ? range.weight() : 1;
      for (int end = row + range.length(); row < end; row++) {
        sum += weight * loss.at(row);
      }
    }
    return sum;
  }
}
