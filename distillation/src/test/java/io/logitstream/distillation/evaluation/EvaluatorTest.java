package io.logitstream.distillation.evaluation;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.VOCABULARY;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.example;
import static io.logitstream.distillation.Fixtures.full;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.sampled;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.topK;
import static io.logitstream.distillation.Fixtures.weights;
import static io.logitstream.distillation.ReferenceDecoder.logSoftmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.ReferenceDecoder;
import io.logitstream.distillation.ReferenceObjective;
import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final ModelConfig CONFIG = config(true);
  private static final Weights WEIGHTS = weights(CONFIG, 6);

  private static EvaluationSums evaluate(int batchTokens, TrainingExample... examples) {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        Evaluator evaluator = new Evaluator(ENGINE, CONFIG, ComputeType.F32, batchTokens)) {
      byte[] before = state.weightsBytes();
      EvaluationSums sums = evaluator.evaluate(state, List.of(examples));
      assertThat(state.weightsBytes()).isEqualTo(before);
      return sums;
    }
  }

  @Test
  void every_figure_is_that_of_its_definition() {
    Random random = new Random(1);
    TrainingExample first =
        example(
            full(random, tokens(random, 12), 8),
            3,
            1,
            OptionalDouble.empty(),
            range(1, 5),
            range(7, 11));
    TrainingExample second =
        example(full(random, tokens(random, 6), 5), 1, 2, OptionalDouble.empty(), range(0, 5));
    EvaluationSums expected = reference(first).plus(reference(second));
    for (int batchTokens : new int[] {1, 1000}) {
      EvaluationSums actual = evaluate(batchTokens, first, second);
      assertThat(actual.windows()).isEqualTo(2);
      assertThat(actual.tokens()).isEqualTo(13);
      assertThat(actual.distributionTokens()).isEqualTo(13);
      assertThat(actual.top1Agreements()).isEqualTo(expected.top1Agreements());
      assertThat(actual.crossEntropy()).isEqualTo(expected.crossEntropy(), within(1e-4));
      assertThat(actual.forwardKl()).isEqualTo(expected.forwardKl(), within(1e-4));
      assertThat(actual.acceptance()).isEqualTo(expected.acceptance(), within(1e-5));
      assertThat(actual.teacherCrossEntropy())
          .isEqualTo(expected.teacherCrossEntropy(), within(1e-4));
    }
  }

  @Test
  void windows_of_a_batch_are_told_apart_in_their_order() {
    Random random = new Random(3);
    TrainingExample[] examples = new TrainingExample[5];
    for (int i = 0; i < examples.length; i++) {
      int length = new int[] {9, 4, 12, 4, 7}[i];
      examples[i] =
          example(
              full(random, tokens(random, length), length - 1),
              1,
              1,
              OptionalDouble.empty(),
              range(0, length - 1));
    }
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        Evaluator evaluator = new Evaluator(ENGINE, CONFIG, ComputeType.F32, 1000)) {
      List<EvaluationSums> each = evaluator.evaluateEach(state, List.of(examples));
      assertThat(each).hasSameSizeAs(examples);
      for (int i = 0; i < examples.length; i++) {
        EvaluationSums alone = evaluate(1, examples[i]);
        assertThat(each.get(i).windows()).isEqualTo(1);
        assertThat(each.get(i).tokens()).isEqualTo(alone.tokens());
        assertThat(each.get(i).forwardKl()).isEqualTo(alone.forwardKl(), within(1e-4));
        assertThat(each.get(i).crossEntropy()).isEqualTo(alone.crossEntropy(), within(1e-4));
      }
      assertThat(evaluator.evaluateEach(state, List.of(examples))).isEqualTo(each);
    }
  }

  @Test
  void a_student_equal_to_its_teacher_is_always_accepted() {
    int[] tokens = tokens(new Random(2), 20);
    double[][] logits = new ReferenceDecoder(CONFIG, WEIGHTS).logits(tokens, 19);
    FullLogits.Builder builder = new FullLogits.Builder(tokens, VOCABULARY, 19);
    for (double[] row : logits) {
      float[] narrow = new float[VOCABULARY];
      for (int id = 0; id < VOCABULARY; id++) {
        narrow[id] = (float) row[id];
      }
      builder.add(narrow, 0);
    }
    EvaluationSums sums =
        evaluate(100, example(builder.build(), 1, 1, OptionalDouble.empty(), range(0, 19)));
    assertThat(sums.meanAcceptance().orElseThrow()).isEqualTo(1, within(1e-3));
    assertThat(sums.meanForwardKl().orElseThrow()).isEqualTo(0, within(1e-5));
    assertThat(sums.meanTop1Agreement()).hasValue(1);
    assertThat(sums.meanTeacherCrossEntropy().orElseThrow())
        .isEqualTo(sums.meanCrossEntropy(), within(1e-3));
  }

  @Test
  void labels_give_the_cross_entropy_alone() {
    Random random = new Random(3);
    int[] tokens = tokens(random, 9);
    EvaluationSums fromLabels = evaluate(100, labels(tokens, 1, range(0, 8)));
    EvaluationSums fromFull =
        evaluate(100, example(full(random, tokens, 8), 1, 1, OptionalDouble.empty(), range(0, 8)));
    assertThat(fromLabels.crossEntropy()).isEqualTo(fromFull.crossEntropy(), within(1e-6));
    assertThat(fromLabels.tokens()).isEqualTo(8);
    assertThat(fromLabels.meanForwardKl()).isEmpty();
    assertThat(fromLabels.meanAcceptance()).isEmpty();
    assertThat(evaluate(100)).isEqualTo(EvaluationSums.ZERO);
  }

  @Test
  void the_likeliest_ids_and_a_tail_give_the_figures_over_what_they_tell_apart() {
    Random random = new Random(5);
    TrainingExample first = whole(topK(random, tokens(random, 12), 11, 5));
    TrainingExample second = whole(topK(random, tokens(random, 8), 7, 5));
    EvaluationSums expected = topKReference(first).plus(topKReference(second));
    EvaluationSums actual = evaluate(1000, first, second);
    assertThat(actual.boundedTokens()).isEqualTo(18);
    assertThat(actual.distributionTokens()).isEqualTo(18);
    assertThat(actual.top1Agreements()).isEqualTo(expected.top1Agreements());
    assertThat(actual.crossEntropy()).isEqualTo(expected.crossEntropy(), within(1e-4));
    assertThat(actual.forwardKl()).isEqualTo(expected.forwardKl(), within(1e-4));
    assertThat(actual.acceptance()).isEqualTo(expected.acceptance(), within(1e-5));
    assertThat(actual.teacherCrossEntropy())
        .isEqualTo(expected.teacherCrossEntropy(), within(1e-4));
  }

  @Test
  void the_likeliest_ids_bound_the_whole_distribution_and_all_of_them_are_it() {
    Random random = new Random(6);
    FullLogits full = full(random, tokens(random, 16), 15);
    EvaluationSums exact = evaluate(100, whole(full));
    double quantised = 15 * TopKLogits.STEP;
    double previousKl = 0;
    for (int k : new int[] {1, 4, 12, VOCABULARY}) {
      EvaluationSums bounds = evaluate(100, whole(TopKSelector.select(full, k)));
      assertThat(bounds.crossEntropy()).isEqualTo(exact.crossEntropy(), within(1e-5));
      assertThat(bounds.top1Agreements()).isEqualTo(exact.top1Agreements());
      assertThat(bounds.forwardKl()).isLessThan(exact.forwardKl() + quantised);
      assertThat(bounds.forwardKl()).isGreaterThan(previousKl - quantised);
      assertThat(bounds.acceptance()).isGreaterThan(exact.acceptance() - quantised);
      assertThat(bounds.teacherCrossEntropy()).isLessThan(exact.teacherCrossEntropy() + quantised);
      previousKl = bounds.forwardKl();
    }
    assertThat(previousKl).isEqualTo(exact.forwardKl(), within(quantised));
  }

  @Test
  void the_likeliest_ids_at_another_temperature_are_refused() {
    Random random = new Random(7);
    TrainingExample warm =
        example(topK(random, tokens(random, 9), 8, 4), 1, 2, OptionalDouble.empty(), range(0, 8));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(100, warm))
        .withMessageContaining("temperature 2");
  }

  private static TrainingExample whole(SparseLogits targets) {
    return example(targets, 1, 1, OptionalDouble.empty(), range(0, targets.rows()));
  }

  @Test
  void counts_are_refused() {
    Random random = new Random(4);
    int[] tokens = tokens(random, 9);
    TrainingExample counts =
        example(sampled(random, tokens, 8, 4), 1, 1, OptionalDouble.empty(), range(0, 8));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(100, counts))
        .withMessageContaining("SAMPLED");
  }

  private static EvaluationSums reference(TrainingExample example) {
    double[][] logits =
        new ReferenceDecoder(CONFIG, WEIGHTS).logits(example.tokens(), example.inputLength());
    FullLogits full = (FullLogits) example.targets();
    double crossEntropy = 0;
    double forwardKl = 0;
    double acceptance = 0;
    double teacherCrossEntropy = 0;
    int agreements = 0;
    int row = 0;
    for (PositionRange range : example.trained()) {
      for (int t = range.start(); t < range.end(); t++, row++) {
        double[] student = logSoftmax(logits[t], 1);
        double[] teacher = ReferenceObjective.teacher(full, row, 1 / example.temperature());
        int label = example.tokens()[t + 1];
        crossEntropy -= student[label];
        teacherCrossEntropy -= teacher[label];
        agreements += likeliest(student) == likeliest(teacher) ? 1 : 0;
        for (int id = 0; id < VOCABULARY; id++) {
          forwardKl += Math.exp(teacher[id]) * (teacher[id] - student[id]);
          acceptance += Math.min(Math.exp(teacher[id]), Math.exp(student[id]));
        }
      }
    }
    return new EvaluationSums(
        1, row, crossEntropy, row, 0, forwardKl, agreements, acceptance, teacherCrossEntropy);
  }

  /** The definitions over the ids and the tail of a TOP_K record. */
  private static EvaluationSums topKReference(TrainingExample example) {
    double[][] logits =
        new ReferenceDecoder(CONFIG, WEIGHTS).logits(example.tokens(), example.inputLength());
    TopKLogits top = (TopKLogits) example.targets();
    double crossEntropy = 0;
    double forwardKl = 0;
    double acceptance = 0;
    double teacherCrossEntropy = 0;
    int agreements = 0;
    for (int row = 0; row < top.rows(); row++) {
      double[] student = logSoftmax(logits[row], 1);
      float[] teacher = new float[top.k() + 1];
      top.logProbabilities(row, teacher, 0);
      int label = example.tokens()[row + 1];
      int ofLabel = top.k();
      int best = 0;
      double rest = 1;
      for (int outcome = 0; outcome <= top.k(); outcome++) {
        double p = Math.exp(teacher[outcome]);
        double q = rest;
        if (outcome < top.k()) {
          int id = top.ids()[row * top.k() + outcome];
          q = Math.exp(student[id]);
          rest -= q;
          ofLabel = id == label ? outcome : ofLabel;
          best = teacher[outcome] > teacher[best] ? outcome : best;
        }
        forwardKl += p * (teacher[outcome] - Math.log(q));
        acceptance += Math.min(p, q);
      }
      crossEntropy -= student[label];
      teacherCrossEntropy -= teacher[ofLabel];
      agreements += likeliest(student) == top.ids()[row * top.k() + best] ? 1 : 0;
    }
    int rows = top.rows();
    return new EvaluationSums(
        1, rows, crossEntropy, rows, rows, forwardKl, agreements, acceptance, teacherCrossEntropy);
  }

  private static int likeliest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
