package io.logitstream.distillation;

import static io.logitstream.distillation.ReferenceDecoder.logSoftmax;

import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import java.util.List;

/** The objective of a step in double, from its definition. */
public final class ReferenceObjective {
  private final ReferenceDecoder decoder;
  private final ObjectiveSettings settings;

  public ReferenceObjective(ReferenceDecoder decoder, ObjectiveSettings settings) {
    this.decoder = decoder;
    this.settings = settings;
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
    double hard = 0;
    double soft = -example.entropySum().orElse(0);
    int row = 0;
    for (PositionRange range : example.trained()) {
      for (int t = range.start(); t < range.end(); t++, row++) {
        hard -= logSoftmax(logits[t], 1)[example.tokens()[t + 1]];
        soft += soft(example, row, logSoftmax(logits[t], settings.temperature()));
      }
    }
    boolean labels = example.targets() instanceof Labels;
    double share = labels ? 0 : settings.softWeight();
    double square = settings.temperature() * settings.temperature();
    boolean known =
        example.targets() instanceof FullLogits || (!labels && example.entropySum().isPresent());
    return new LossSums(
        row,
        example.weight() * row,
        example.weight() * (share * square * soft + (1 - share) * hard),
        hard,
        known ? row : 0,
        known ? soft : 0);
  }

  /** KL of a FULL row, cross-entropy of a SAMPLED one. */
  private double soft(TrainingExample example, int row, double[] student) {
    double sum = 0;
    if (example.targets() instanceof SampledLogits sampled) {
      for (int i = sampled.offsets()[row]; i < sampled.offsets()[row + 1]; i++) {
        sum -= (double) sampled.counts()[i] / sampled.sampleSize() * student[sampled.ids()[i]];
      }
    } else if (example.targets() instanceof FullLogits full) {
      double[] teacher = teacher(full, row, settings.temperature() / example.temperature());
      for (int id = 0; id < student.length; id++) {
        sum += Math.exp(teacher[id]) * (teacher[id] - student[id]);
      }
    }
    return sum;
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
