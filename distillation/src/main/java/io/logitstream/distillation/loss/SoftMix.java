package io.logitstream.distillation.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the soft loss consists of: divergences, and their weights relative to the sum of all.
 *
 * @param terms at least one, each divergence once
 */
public record SoftMix(List<Term> terms) {
  /** Forward KL alone. */
  public static final SoftMix FORWARD_KL =
      new SoftMix(List.of(new Term(new Divergence.ForwardKl(), 1)));

  private static final int MAX_TERMS = 8;
  private static final double MAX_WEIGHT = 1e6;

  /**
   * A divergence in the mix.
   *
   * @param weight over 0, at most 10^6
   */
  public record Term(Divergence divergence, double weight) {
    public Term {
      if (!(weight > 0 && weight <= MAX_WEIGHT)) {
        throw new IllegalArgumentException(
            "%s has weight %s, expected over 0 and at most 10^6"
                .formatted(divergence.label(), weight));
      }
    }
  }

  public SoftMix {
    terms = List.copyOf(terms);
    if (terms.isEmpty() || terms.size() > MAX_TERMS) {
      throw new IllegalArgumentException(
          "%d divergences, expected from 1 to %d".formatted(terms.size(), MAX_TERMS));
    }
    Set<Divergence> seen = new HashSet<>();
    for (Term term : terms) {
      if (!seen.add(term.divergence())) {
        throw new IllegalArgumentException(term.divergence().label() + " stands there twice");
      }
    }
  }

  /**
   * Reads {@code NAME} or {@code NAME:WEIGHT,NAME:WEIGHT …}; the weights are relative to their sum.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static SoftMix parse(String text) {
    List<Term> terms = new ArrayList<>();
    for (String part : Arrays.stream(text.split(",", -1)).map(String::strip).toList()) {
      int colon = part.lastIndexOf(':');
      String name = colon < 0 ? part : part.substring(0, colon).strip();
      double weight = colon < 0 ? 1 : weight(part, part.substring(colon + 1).strip());
      terms.add(new Term(DivergenceNames.parse(name), weight));
    }
    return new SoftMix(terms.size() == 1 ? List.of(new Term(terms.get(0).divergence(), 1)) : terms);
  }

  private static double weight(String part, String weight) {
    try {
      return Double.parseDouble(weight);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' has the weight '%s', expected a number".formatted(part, weight), e);
    }
  }

  /** The share of a divergence in the whole, from 0 to 1; 0 where it is not in the mix. */
  public double shareOf(Divergence divergence) {
    double own = 0;
    double sum = 0;
    for (Term term : terms) {
      own += term.divergence().equals(divergence) ? term.weight() : 0;
      sum += term.weight();
    }
    return own / sum;
  }

  /** The mix as {@link #parse} reads it. */
  public String label() {
    return terms.size() == 1
        ? terms.get(0).divergence().label()
        : terms.stream()
            .map(term -> term.divergence().label() + ":" + term.weight())
            .collect(Collectors.joining(","));
  }
}
