package io.logitstream.model.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.tokenizer.TestTokenizers;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextScorerTest {
  private static final String TEXT = "the int returns α the 漢字";

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @Test
  void theFiguresFollowFromTheLogProbabilities() {
    TextScore score = score(TEXT, true, 64);

    assertThat(score.ids()).startsWith(TestTokenizers.BEGIN);
    assertThat(score.logProbabilities()).hasSize(score.ids().size() - 1).allMatch(p -> p < 0);
    double nats = -score.logProbabilities().stream().mapToDouble(p -> p).sum();
    assertThat(score.crossEntropy()).isCloseTo(nats / (score.ids().size() - 1), within(1e-12));
    assertThat(score.perplexity()).isCloseTo(Math.exp(score.crossEntropy()), within(1e-9));
    assertThat(score.bitsPerByte())
        .isCloseTo(
            nats / Math.log(2) / TEXT.getBytes(StandardCharsets.UTF_8).length, within(1e-12));
  }

  @Test
  void withoutABeginningTheFirstTokensBytesAreNotCounted() {
    TextScore score = score("漢 the", false, 64);

    double nats = -score.logProbabilities().stream().mapToDouble(p -> p).sum();
    // The first token is the first of three bytes of 漢.
    assertThat(score.bitsPerByte()).isCloseTo(nats / Math.log(2) / 6, within(1e-12));
  }

  @Test
  void aLongTextIsScoredInWindowsAndEveryTokenOnce() {
    String text = TEXT.repeat(8);
    TextScore whole = score(text, true, 1024);
    TextScore windows = score(text, true, 64);

    assertThat(windows.ids()).isEqualTo(whole.ids());
    assertThat(windows.logProbabilities()).hasSameSizeAs(whole.logProbabilities());
    for (int t = 0; t < 64; t++) {
      assertThat(windows.logProbabilities().get(t))
          .isCloseTo(whole.logProbabilities().get(t), within(1e-5));
    }
  }

  @Test
  void thereMustBeSomethingToPredict() {
    assertThatIllegalArgumentException().isThrownBy(() -> score("", true, 64));
    assertThatIllegalArgumentException().isThrownBy(() -> score("a", false, 64));
  }

  private static TextScore score(String text, boolean withBeginning, int maxPositions) {
    ModelConfig config = TestTokenizers.config(withBeginning, maxPositions);
    Weights weights = Weights.initialise(config, 3);
    weights
        .tensors()
        .forEach(
            tensor -> {
              float[] values = tensor.values();
              for (int i = 0; i < values.length; i++) {
                values[i] *= values[i] == 1f ? 1f : 10f;
              }
            });
    try (Tokenizer tokenizer = Tokenizer.fromJson(TestTokenizers.json(), config);
        Decoder decoder = Decoder.load(engine, config, weights, ComputeType.F32)) {
      return new TextScorer(decoder, tokenizer).score(text);
    }
  }
}
