package io.logitstream.distillation.optimizer;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Weights that are not trained, of those that can be ({@link WeightLayout#learned()}): no step, no
 * decay, no part in the gradient's norm. Their gradients are computed all the same.
 *
 * @param patterns names of weights as model.safetensors has them, with {@code *} for any part of a
 *     name; empty: all weights are trained
 */
public record Freezing(List<String> patterns) {
  /** Nothing is frozen. */
  public static final Freezing NONE = new Freezing(List.of());

  public Freezing {
    patterns = List.copyOf(patterns);
  }

  /**
   * Places of the weights that are trained, among the learned ones.
   *
   * @throws IllegalArgumentException if a pattern fits no weight, or nothing is left to train
   */
  public List<Integer> trained(ModelConfig config) {
    WeightLayout layout = WeightLayout.of(config);
    List<String> names =
        layout.learned().stream().map(place -> layout.slots().get(place).name()).toList();
    List<Pattern> frozen = patterns.stream().map(Freezing::compiled).toList();
    for (int i = 0; i < frozen.size(); i++) {
      Pattern pattern = frozen.get(i);
      if (names.stream().noneMatch(name -> pattern.matcher(name).matches())) {
        throw new IllegalArgumentException(
            "'%s' fits no weight; the first are %s"
                .formatted(patterns.get(i), names.subList(0, Math.min(3, names.size()))));
      }
    }
    List<Integer> trained =
        IntStream.range(0, names.size())
            .filter(i -> frozen.stream().noneMatch(p -> p.matcher(names.get(i)).matches()))
            .boxed()
            .toList();
    if (trained.isEmpty()) {
      throw new IllegalArgumentException(
          "%s fit every weight: nothing is left to train".formatted(patterns));
    }
    return trained;
  }

  private static Pattern compiled(String pattern) {
    return Pattern.compile(
        Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
  }
}
