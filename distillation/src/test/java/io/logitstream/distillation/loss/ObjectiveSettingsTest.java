package io.logitstream.distillation.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.schemas.LogitsEncoding;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectiveSettingsTest {
  @Test
  void labels_serve_hard_labels_alone() {
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.LABELS, 1)).isEmpty();
    assertThat(new ObjectiveSettings(0.5).refusal(LogitsEncoding.LABELS, 1))
        .hasValueSatisfying(reason -> assertThat(reason).contains("soft weight 0.5", "LABELS"));
  }

  @Test
  void counts_serve_the_temperature_that_they_were_drawn_at() {
    assertThat(new ObjectiveSettings(1, 2).refusal(LogitsEncoding.SAMPLED, 2)).isEmpty();
    assertThat(new ObjectiveSettings(1, 0.7).refusal(LogitsEncoding.SAMPLED, 0.7f)).isEmpty();
    assertThat(new ObjectiveSettings(1, 2).refusal(LogitsEncoding.SAMPLED, 1)).isPresent();
    assertThat(new ObjectiveSettings(0, 2).refusal(LogitsEncoding.SAMPLED, 1)).isEmpty();
  }

  @Test
  void whole_distributions_serve_every_temperature() {
    assertThat(new ObjectiveSettings(1, 3).refusal(LogitsEncoding.FULL, 1)).isEmpty();
  }

  @Test
  void encodings_that_no_loss_reads_are_refused() {
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.UNKNOWN, 1)).isPresent();
  }

  @Test
  void the_most_likely_ids_serve_every_loss_at_their_temperature_alone() {
    for (String mix : new String[] {"forward-kl", "reverse-kl", "total-variation"}) {
      assertThat(of(mix).refusal(LogitsEncoding.TOP_K, 1)).isEmpty();
      assertThat(of(mix).refusal(LogitsEncoding.TOP_K, 2))
          .hasValueSatisfying(reason -> assertThat(reason).contains("temperature 2.0", "FULL"));
    }
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.TOP_K, 2)).isEmpty();
  }

  @Test
  void no_mass_but_of_k_ids_serves_no_loss_that_is_without_bound_there() {
    assertThat(renormalised("reverse-kl").refusal(LogitsEncoding.TOP_K, 1))
        .hasValueSatisfying(reason -> assertThat(reason).contains("reverse-kl", "bucket"));
    assertThat(renormalised("skewed-reverse-kl(0.1)").refusal(LogitsEncoding.TOP_K, 1)).isEmpty();
    assertThat(renormalised("reverse-kl").refusal(LogitsEncoding.FULL, 1)).isEmpty();
  }

  private static ObjectiveSettings renormalised(String mix) {
    return new ObjectiveSettings(
        0.8, 1, SoftMix.parse(mix), Optional.empty(), TopKTail.RENORMALISED);
  }

  @Test
  void values_out_of_range_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(0.5, 0));
  }

  private static ObjectiveSettings of(String mix) {
    return new ObjectiveSettings(0.8, 1, SoftMix.parse(mix), Optional.empty());
  }

  @Test
  void counts_serve_no_loss_that_is_not_linear_in_the_teacher() {
    for (String mix :
        new String[] {
          "reverse-kl",
          "jensen-shannon(0.5)",
          "skewed-forward-kl(0.1)",
          "skewed-reverse-kl(0.1)",
          "total-variation",
          "forward-kl:9,total-variation:1"
        }) {
      assertThat(of(mix).refusal(LogitsEncoding.SAMPLED, 1))
          .hasValueSatisfying(reason -> assertThat(reason).contains("not linear", "FULL"));
      assertThat(of(mix).refusal(LogitsEncoding.FULL, 1)).isEmpty();
      assertThat(of(mix).refusal(LogitsEncoding.LABELS, 1)).isPresent();
    }
  }

  @Test
  void what_an_objective_becomes_later_is_refused_at_once() {
    ObjectiveSettings later =
        new ObjectiveSettings(
            0,
            1,
            SoftMix.FORWARD_KL,
            Optional.of(new ObjectiveChange(0.5, SoftMix.parse("reverse-kl"), 1000, 10)));
    assertThat(later.refusal(LogitsEncoding.SAMPLED, 1)).isPresent();
    assertThat(later.refusal(LogitsEncoding.LABELS, 1)).isPresent();
  }

  @Test
  void an_objective_changes_in_a_straight_line_and_then_stays() {
    ObjectiveSettings objective =
        new ObjectiveSettings(
            1,
            1,
            SoftMix.FORWARD_KL,
            Optional.of(new ObjectiveChange(0.5, SoftMix.parse("forward-kl,reverse-kl"), 100, 10)));
    assertThat(objective.softWeightAt(1)).isEqualTo(1);
    assertThat(objective.softWeightAt(100)).isEqualTo(1);
    assertThat(objective.softWeightAt(105)).isEqualTo(0.75);
    assertThat(objective.sharesAt(105)).containsExactly(0.75, 0.25);
    assertThat(objective.softWeightAt(110)).isEqualTo(0.5);
    assertThat(objective.sharesAt(1_000_000)).containsExactly(0.5, 0.5);
  }
}
