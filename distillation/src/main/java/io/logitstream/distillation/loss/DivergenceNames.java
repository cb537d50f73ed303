package io.logitstream.distillation.loss;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what {@link Divergence#label()} writes. */
final class DivergenceNames {
  private static final Pattern NAME = Pattern.compile("([a-z-]+)(?:\\(([^()]*)\\))?");

  private static final Map<String, Supplier<Divergence>> PLAIN =
      Map.of(
          "forward-kl", Divergence.ForwardKl::new,
          "reverse-kl", Divergence.ReverseKl::new,
          "total-variation", Divergence.TotalVariation::new);

  private static final Map<String, DoubleFunction<Divergence>> WITH_PARAMETER =
      Map.of(
          "jensen-shannon", Divergence.JensenShannon::new,
          "skewed-forward-kl", Divergence.SkewedForwardKl::new,
          "skewed-reverse-kl", Divergence.SkewedReverseKl::new);

  private DivergenceNames() {}

  /**
   * The divergence of a name, such as {@code reverse-kl} or {@code jensen-shannon(0.5)}.
   *
   * @throws IllegalArgumentException saying what is there instead
   */
  static Divergence parse(String text) {
    Matcher matcher = NAME.matcher(text);
    if (matcher.matches()) {
      String name = matcher.group(1);
      String parameter = matcher.group(2);
      Supplier<Divergence> plain = PLAIN.get(name);
      if (plain != null && parameter == null) {
        return plain.get();
      }
      DoubleFunction<Divergence> withParameter = WITH_PARAMETER.get(name);
      if (withParameter != null && parameter != null) {
        return withParameter.apply(number(text, parameter));
      }
    }
    throw new IllegalArgumentException(
        "'%s' is no divergence, expected one of %s".formatted(text, String.join(", ", forms())));
  }

  private static double number(String text, String parameter) {
    try {
      return Double.parseDouble(parameter);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' has the parameter '%s', expected a number over 0 and under 1"
              .formatted(text, parameter),
          e);
    }
  }

  private static List<String> forms() {
    return Stream.concat(
            PLAIN.keySet().stream(),
            WITH_PARAMETER.keySet().stream().map(name -> name + "(NUMBER)"))
        .sorted()
        .toList();
  }
}
