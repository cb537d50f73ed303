package io.logitstream.model.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextComparerTest {
  private static final int WINDOW = 64;

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-theta", "mistral-window", "qwen2", "qwen3", "gpt2"})
  void figuresOfTwoFamiliesAreThoseOfTheirDefinitions(String family) throws Exception {
    int[] ids = new Random(3).ints(WINDOW + 1, 0, 80).toArray();
    try (Decoder student = decoder(family);
        Decoder teacher = decoder("llama-rope-yarn")) {
      List<double[]> p = distributions(teacher, ids);
      List<double[]> s = distributions(student, ids);
      double kl = 0;
      double acceptance = 0;
      double agreements = 0;
      double crossEntropy = 0;
      for (int t = 0; t < WINDOW; t++) {
        for (int id = 0; id < 80; id++) {
          kl += p.get(t)[id] * Math.log(p.get(t)[id] / s.get(t)[id]) / WINDOW;
          acceptance += Math.min(p.get(t)[id], s.get(t)[id]) / WINDOW;
        }
        agreements += best(p.get(t)) == best(s.get(t)) ? 1 : 0;
        crossEntropy -= Math.log(p.get(t)[ids[t + 1]]) / WINDOW;
      }
      TextComparison comparison = new TextComparer(student, teacher).compare(list(ids));
      assertThat(comparison.kl()).isCloseTo(kl, within(1e-5 * kl));
      assertThat(comparison.acceptance()).isCloseTo(acceptance, within(1e-6));
      assertThat(comparison.top1Agreement()).isCloseTo(agreements / WINDOW, within(1e-12));
      assertThat(comparison.teacherCrossEntropy()).isCloseTo(crossEntropy, within(1e-4));
    }
  }

  @Test
  void aTextLongerThanTheWindowIsComparedTokenByToken() throws Exception {
    int[] ids = new Random(4).ints(3 * WINDOW, 0, 80).toArray();
    try (Decoder student = decoder("qwen2");
        Decoder teacher = decoder("gpt2")) {
      TextComparison same = new TextComparer(student, student).compare(list(ids));
      TextComparison other = new TextComparer(student, teacher).compare(list(ids));
      assertThat(same.kl()).isZero();
      assertThat(same.top1Agreement()).isEqualTo(1);
      assertThat(other.acceptance()).isBetween(0.0, 0.99);
    }
  }

  @Test
  void vocabulariesOfUnequalSizesAreRefused() throws Exception {
    ModelConfig small = new ModelConfig(40, 16, 32, 1, 2, 1, 8, 1e-5, 10_000, true, 64, null, null);
    try (Decoder student =
            Decoder.load(engine, small, Weights.initialise(small, 1), ComputeType.F32);
        Decoder teacher = decoder("gpt2")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TextComparer(student, teacher))
          .withMessageContaining("80 tokens, the student 40");
    }
  }

  private static Decoder decoder(String family) throws Exception {
    Path folder =
        Path.of(
            Objects.requireNonNull(
                    TextComparerTest.class.getResource("/golden/families/" + family), family)
                .toURI());
    ModelDirectory model = ModelDirectory.open(folder);
    return Decoder.load(engine, model.config(), model.weights(), ComputeType.F32);
  }

  private static List<double[]> distributions(Decoder decoder, int[] ids) {
    List<Decoder.Position> positions = new ArrayList<>();
    for (int t = 0; t < ids.length - 1; t++) {
      positions.add(new Decoder.Position(0, t));
    }
    List<double[]> rows = new ArrayList<>();
    decoder.score(
        new int[][] {ids},
        positions,
        1f,
        (row, probabilities, offset, entropy, label) -> {
          double[] own = new double[80];
          for (int id = 0; id < own.length; id++) {
            own[id] = probabilities[offset + id];
          }
          rows.add(own);
        });
    return rows;
  }

  private static int best(double[] probabilities) {
    int best = 0;
    for (int id = 1; id < probabilities.length; id++) {
      best = probabilities[id] > probabilities[best] ? id : best;
    }
    return best;
  }

  private static List<Integer> list(int[] ids) {
    List<Integer> list = new ArrayList<>();
    for (int id : ids) {
      list.add(id);
    }
    return list;
  }
}
