package io.logitstream.distillation.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftMixTest {
  @Test
  void weights_are_relative_to_their_sum() {
    SoftMix mix = SoftMix.parse("forward-kl:3, jensen-shannon(0.5):1");
    assertThat(mix.shareOf(new Divergence.ForwardKl())).isEqualTo(0.75, within(1e-12));
    assertThat(mix.shareOf(new Divergence.JensenShannon(0.5))).isEqualTo(0.25, within(1e-12));
    assertThat(mix.shareOf(new Divergence.ReverseKl())).isZero();
    assertThat(SoftMix.parse("forward-kl,reverse-kl").shareOf(new Divergence.ReverseKl()))
        .isEqualTo(0.5);
  }

  @Test
  void a_label_reads_as_the_mix_it_came_from() {
    for (String text : new String[] {"forward-kl", "reverse-kl:1,skewed-forward-kl(0.1):2"}) {
      SoftMix mix = SoftMix.parse(text);
      assertThat(SoftMix.parse(mix.label())).isEqualTo(mix);
    }
    assertThat(SoftMix.parse("forward-kl:7")).isEqualTo(SoftMix.FORWARD_KL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "forward-kl,",
        "forward-kl:0,reverse-kl:1",
        "forward-kl:-1,reverse-kl:1",
        "forward-kl:x",
        "forward-kl:Infinity,reverse-kl:1",
        "forward-kl,forward-kl",
        "no-divergence"
      })
  void what_is_no_mix_is_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> SoftMix.parse(text));
  }
}
