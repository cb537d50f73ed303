package io.logitstream.distillation;

import static io.logitstream.distillation.ReferenceDecoder.logSoftmax;

import io.logitstream.distillation.loss.Divergence;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.TopKTail;
import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TopKLogits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The objective of a step in double, from its definition. */
public final class ReferenceObjective {
  private final ReferenceDecoder decoder;
  private final ObjectiveSettings settings;
  private final long step;

  public ReferenceObjective(ReferenceDecoder decoder, ObjectiveSettings settings) {
    this(decoder, settings, 1);
  }

  public ReferenceObjective(ReferenceDecoder decoder, ObjectiveSettings settings, long step) {
    this.decoder = decoder;
    this.settings = settings;
    this.step = step;
  }

  /** Mean over the weights of the whole step. */
  public double mean(List<TrainingExample> examples) {
    return sums(examples).meanObjective();
  }

  public LossSums sums(List<TrainingExample> examples) {
    return examples.stream().map(this::sums).reduce(LossSums.ZERO, LossSums::plus);
  }

  private LossSums sums(TrainingExample example) {
    double[][] logits = decoder.logits(example.tokens(), example.inputLength());
    boolean full =
        example.targets() instanceof FullLogits || example.targets() instanceof TopKLogits;
    boolean labels = example.targets() instanceof Labels;
    double share = labels ? 0 : settings.softWeightAt(step);
    double square = settings.temperature() * settings.temperature();
    double crossEntropy = 0;
    double forwardKl = -example.entropySum().orElse(0);
    double objective = 0;
    Map<String, Double> divergences = new TreeMap<>();
    int row = 0;
    for (int r = 0; r < example.trained().size(); r++) {
      PositionRange range = example.trained().get(r);
      double soft = example.entropySums().isEmpty() ? 0 : -example.entropySums().get(r);
      double hard = 0;
      for (int t = range.start(); t < range.end(); t++, row++) {
        double[] student = logSoftmax(logits[t], settings.temperature());
        double kl = forwardKl(example, row, student);
        hard -= logSoftmax(logits[t], 1)[example.tokens()[t + 1]];
        forwardKl += kl;
        soft += full ? mixed(example, row, student, divergences) : kl;
      }
      crossEntropy += hard;
      objective += range.weight() * (share * square * soft + (1 - share) * hard);
    }
    boolean known = full || (!labels && example.entropySum().isPresent());
    return new LossSums(
        row,
        example.trainedWeight(),
        example.weight() * objective,
        crossEntropy,
        known ? row : 0,
        known ? forwardKl : 0,
        settings.isForwardKl() ? Map.of() : divergences);
  }

  private double mixed(
      TrainingExample example, int row, double[] student, Map<String, Double> divergences) {
    double[][] outcomes = outcomes(example, row, student);
    double sum = 0;
    for (int k = 0; k < settings.divergences().size(); k++) {
      Divergence divergence = settings.divergences().get(k);
      double value = ReferenceDivergence.of(divergence, outcomes[0], outcomes[1]);
      divergences.merge(divergence.label(), value, Double::sum);
      sum += settings.sharesAt(step)[k] * value;
    }
    return sum;
  }

  /** KL of a FULL or TOP_K row, cross-entropy of a SAMPLED one. */
  private double forwardKl(TrainingExample example, int row, double[] student) {
    double sum = 0;
    if (example.targets() instanceof SampledLogits sampled) {
      for (int i = sampled.offsets()[row]; i < sampled.offsets()[row + 1]; i++) {
        sum -= (double) sampled.counts()[i] / sampled.sampleSize() * student[sampled.ids()[i]];
      }
    } else if (!(example.targets() instanceof Labels)) {
      double[][] outcomes = outcomes(example, row, student);
      sum += ReferenceDivergence.of(new Divergence.ForwardKl(), outcomes[0], outcomes[1]);
    }
    return sum;
  }

  /** Log-probabilities of teacher and student over the outcomes that the record tells apart. */
  private double[][] outcomes(TrainingExample example, int row, double[] student) {
    if (!(example.targets() instanceof TopKLogits top)) {
      FullLogits full = (FullLogits) example.targets();
      double[] teacher = teacher(full, row, settings.temperature() / example.temperature());
      return new double[][] {teacher, student};
    }
    int k = top.k();
    double[] weights = new double[k + 1];
    double[] probabilities = new double[k + 1];
    double rest = 1;
    for (int outcome = 0; outcome <= k; outcome++) {
      int level = top.levels()[row * (k + 1) + outcome];
      boolean taken = outcome < k || settings.topKTail() == TopKTail.BUCKET;
      weights[outcome] = taken && level < TopKLogits.NOTHING ? Math.exp(-level / 16.0) : 0;
      if (outcome < k) {
        probabilities[outcome] = Math.exp(student[top.ids()[row * k + outcome]]);
        rest -= probabilities[outcome];
      }
    }
    probabilities[k] = rest;
    double sum = Arrays.stream(weights).sum();
    return new double[][] {
      Arrays.stream(weights).map(weight -> Math.log(weight / sum)).toArray(),
      Arrays.stream(probabilities).map(Math::log).toArray()
    };
  }

  /** Log-probabilities of a FULL row at a temperature relative to the record's own. */
  public static double[] teacher(FullLogits full, int row, double temperature) {
    double[] logits = new double[full.vocabularySize()];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = full.logit(row, id);
    }
    return logSoftmax(logits, temperature);
  }
}
