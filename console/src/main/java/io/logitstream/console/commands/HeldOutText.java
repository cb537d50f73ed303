package io.logitstream.console.commands;

import io.logitstream.schemas.EvaluationMetrics;
import java.util.Locale;

/** Held-out figures as people read them; bounds, where the teacher's tail is unknown, say so. */
final class HeldOutText {
  private HeldOutText() {}

  /** Acceptance, from 0 to 1; after {@code ≤} where it is an upper bound. */
  static String acceptance(EvaluationMetrics metrics, int decimals) {
    return bound(metrics, "≤ ", metrics.getAcceptance(), decimals);
  }

  /** Forward KL, in nats a token; after {@code ≥} where it is a lower bound. */
  static String forwardKl(EvaluationMetrics metrics, int decimals) {
    return bound(metrics, "≥ ", metrics.getForwardKl(), decimals);
  }

  private static String bound(EvaluationMetrics metrics, String sign, double value, int decimals) {
    return (metrics.getBoundedTokens() > 0 ? sign : "")
        + String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
