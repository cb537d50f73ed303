package io.logitstream.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final int[] PROMPT = {3, 14, 15, 9};

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @Test
  void greedyTextIsThatOfTheWholeForwardPass() {
    try (Decoder decoder = decoder(null)) {
      int[] text = PROMPT;
      for (int i = 0; i < 12; i++) {
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = likeliestAfter(decoder, Arrays.copyOf(text, text.length - 1));
      }

      assertThat(
              new Generator(decoder).generate(PROMPT, 12, SamplingSettings.greedy(), token -> true))
          .containsExactly(Arrays.copyOfRange(text, PROMPT.length, text.length));
    }
  }

  @Test
  void aSeedRepeatsItsTextAndAnotherDoesNot() {
    try (Decoder decoder = decoder(null)) {
      Generator generator = new Generator(decoder);
      int[] first =
          generator.generate(PROMPT, 20, new SamplingSettings(1.5, 0.95, 4), token -> true);

      assertThat(generator.generate(PROMPT, 20, new SamplingSettings(1.5, 0.95, 4), t -> true))
          .containsExactly(first);
      assertThat(generator.generate(PROMPT, 20, new SamplingSettings(1.5, 0.95, 5), t -> true))
          .isNotEqualTo(first);
    }
  }

  @Test
  void aNarrowNucleusIsGreedy() {
    try (Decoder decoder = decoder(null)) {
      Generator generator = new Generator(decoder);
      assertThat(generator.generate(PROMPT, 10, new SamplingSettings(1, 1e-9, 1), token -> true))
          .containsExactly(
              generator.generate(PROMPT, 10, SamplingSettings.greedy(), token -> true));
    }
  }

  @Test
  void theEndOfTextEndsItAndIsNotReturned() {
    int[] endless;
    try (Decoder decoder = decoder(null)) {
      endless = new Generator(decoder).generate(PROMPT, 10, SamplingSettings.greedy(), t -> true);
    }
    int end = endless[3];
    int firstOfIt = Arrays.stream(endless).boxed().toList().indexOf(end);
    try (Decoder decoder = decoder(end)) {
      assertThat(new Generator(decoder).generate(PROMPT, 10, SamplingSettings.greedy(), t -> true))
          .containsExactly(Arrays.copyOf(endless, firstOfIt));
    }
  }

  @Test
  void theListenerSeesEveryTokenAndMayStop() {
    try (Decoder decoder = decoder(null)) {
      List<Integer> seen = new ArrayList<>();
      int[] written =
          new Generator(decoder)
              .generate(
                  PROMPT,
                  10,
                  SamplingSettings.greedy(),
                  token -> {
                    seen.add(token);
                    return seen.size() < 3;
                  });
      assertThat(Arrays.stream(written).boxed().toList()).isEqualTo(seen).hasSize(3);
    }
  }

  @Test
  void aPromptThatIsTooLongIsReadFromItsEnd() {
    try (Decoder decoder = decoder(null)) {
      int[] longPrompt = new int[decoder.config().maxPositions() + 30];
      Arrays.setAll(longPrompt, i -> i % 40);
      assertThat(
              new Generator(decoder)
                  .generate(longPrompt, 4, SamplingSettings.greedy(), token -> true))
          .hasSize(4);
    }
  }

  @Test
  void whatCannotBeGeneratedIsRefused() {
    try (Decoder decoder = decoder(null)) {
      Generator generator = new Generator(decoder);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> generator.generate(new int[0], 4, SamplingSettings.greedy(), t -> true));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> generator.generate(new int[] {50}, 4, SamplingSettings.greedy(), t -> true))
          .withMessageContaining("token 50");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new SamplingSettings(-1, 1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new SamplingSettings(1, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new SamplingSettings(Double.NaN, 1, 0));
  }

  private static int likeliestAfter(Decoder decoder, int[] text) {
    int[] withLabel = Arrays.copyOf(text, text.length + 1);
    int[] best = new int[1];
    decoder.score(
        new int[][] {withLabel},
        List.of(new Decoder.Position(0, text.length - 1)),
        1f,
        (row, probabilities, offset, entropy, label) -> {
          for (int id = 1; id < decoder.config().vocabularySize(); id++) {
            if (probabilities[offset + id] > probabilities[offset + best[0]]) {
              best[0] = id;
            }
          }
        });
    return best[0];
  }

  private static Decoder decoder(@Nullable Integer end) {
    ModelConfig config =
        new ModelConfig(50, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, false, 64, null, end);
    Weights weights = Weights.initialise(config, 3);
    for (WeightTensor tensor : weights.tensors()) {
      if (tensor.slot().role() != WeightLayout.Role.NORM) {
        for (int i = 0; i < tensor.values().length; i++) {
          tensor.values()[i] *= 10;
        }
      }
    }
    return Decoder.load(engine, config, weights, ComputeType.F32);
  }
}
