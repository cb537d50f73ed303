package io.logitstream.distillation.step;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.schemas.LogitsEncoding;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One sequence ready for training. Arrays are shared, not copied: they are read, never written to.
 *
 * @param tokens T + 1 token ids; position t of T reads tokens 0 to t and predicts token t + 1
 * @param trained the positions whose losses count, ascending, without overlap; the rest is context
 * @param weight factor on the losses of this sequence, finite and at least 0
 * @param domain what its losses are reported under
 * @param targets the teacher's distributions, one row for each trained position in order; none for
 *     {@link Labels}
 * @param temperature the temperature that the distributions were made at: {@code softmax} of a FULL
 *     row is the teacher's distribution at this temperature
 * @param entropySums sum over each trained range of the teacher's entropies at that temperature, in
 *     nats; empty where they are not known
 */
public record TrainingExample(
    int[] tokens,
    List<PositionRange> trained,
    double weight,
    String domain,
    SparseLogits targets,
    float temperature,
    List<Double> entropySums) {
  public TrainingExample {
    trained = List.copyOf(trained);
    entropySums = List.copyOf(entropySums);
    if (tokens.length < 2) {
      throw new IllegalArgumentException("%d tokens, expected at least 2".formatted(tokens.length));
    }
    if (trained.isEmpty()) {
      throw new IllegalArgumentException("no trained positions, expected at least one");
    }
    int previousEnd = 0;
    for (PositionRange range : trained) {
      if (range.start() < previousEnd || range.end() > tokens.length - 1) {
        throw new IllegalArgumentException(
            "trained range [%d, %d) after position %d of %d"
                .formatted(range.start(), range.end(), previousEnd, tokens.length - 1));
      }
      previousEnd = range.end();
    }
    int positions = trained.stream().mapToInt(PositionRange::length).sum();
    if (!(targets instanceof Labels) && targets.rows() != positions) {
      throw new IllegalArgumentException(
          "%d rows of teacher logits, expected one for each of the %d trained positions"
              .formatted(targets.rows(), positions));
    }
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException("weight %s, expected finite, >= 0".formatted(weight));
    }
    if (!(temperature > 0 && Float.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature %s, expected finite, > 0".formatted(temperature));
    }
    if (!entropySums.isEmpty() && entropySums.size() != trained.size()) {
      throw new IllegalArgumentException(
          "%d sums of entropies, expected one for each of %d trained ranges"
              .formatted(entropySums.size(), trained.size()));
    }
  }

  /** T, the positions that the model reads. */
  public int inputLength() {
    return tokens.length - 1;
  }

  /** Number of positions whose losses count. */
  public int trainedPositions() {
    return trained.stream().mapToInt(PositionRange::length).sum();
  }

  /** Sum of the weights of the trained positions: the sequence's by the position's own. */
  public double trainedWeight() {
    double sum = 0;
    for (PositionRange range : trained) {
      sum += range.weight() * range.length();
    }
    return weight * sum;
  }

  /** Sum over the trained positions of the teacher's entropies, in nats, where it is known. */
  public OptionalDouble entropySum() {
    return entropySums.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(entropySums.stream().mapToDouble(Double::doubleValue).sum());
  }

  /** The encoding that the targets came in. */
  public LogitsEncoding encoding() {
    if (targets instanceof FullLogits) {
      return LogitsEncoding.FULL;
    }
    if (targets instanceof TopKLogits) {
      return LogitsEncoding.TOP_K;
    }
    return targets instanceof SampledLogits ? LogitsEncoding.SAMPLED : LogitsEncoding.LABELS;
  }
}
