package io.logitstream.console.bench.quality;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.distillation.evaluation.Evaluator;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.AverageSettings;
import io.logitstream.distillation.optimizer.DecayShape;
import io.logitstream.distillation.optimizer.Freezing;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.Muon;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The students of one seed, one a method: the same first weights, the same windows in the same
 * order, step by step beside one another, so that the teacher is asked once.
 */
final class QualityRun implements AutoCloseable {
  private static final int MICRO_BATCH_TOKENS = 4096;
  private static final int WARM_UP_STEPS = 40;

  private final QualityPlan plan;
  private final Map<TeachingMethod, Pupil> pupils = new EnumMap<>(TeachingMethod.class);
  private final Evaluator evaluator;
  private long tokens;

  /**
   * How a student of a method stands at the end.
   *
   * @param domains held-out sums of each domain
   * @param tokens positions that it was trained on
   * @param payloadBytes size of all payloads
   */
  record Outcome(Map<String, EvaluationSums> domains, long tokens, long payloadBytes) {
    /** All domains together. */
    EvaluationSums total() {
      return domains.values().stream().reduce(EvaluationSums.ZERO, EvaluationSums::plus);
    }
  }

  private static final class Pupil implements AutoCloseable {
    private final TrainingState state;
    private final DistillationStep step;
    private long payloadBytes;

    Pupil(TrainingState state, DistillationStep step) {
      this.state = state;
      this.step = step;
    }

    @Override
    public void close() {
      step.close();
      state.close();
    }
  }

  QualityRun(TorchEngine engine, ModelConfig student, QualityPlan plan, long seed) {
    this.plan = plan;
    this.evaluator = new Evaluator(engine, student, ComputeType.F32, MICRO_BATCH_TOKENS);
    for (TeachingMethod method : TeachingMethod.values()) {
      double softWeight = method == TeachingMethod.LABELS ? 0 : plan.softWeight();
      pupils.put(
          method,
          new Pupil(
              TrainingState.initial(engine, student, Weights.initialise(student, seed)),
              new DistillationStep(
                  engine,
                  student,
                  ComputeType.F32,
                  new ObjectiveSettings(softWeight, 1),
                  optimizer(plan),
                  MICRO_BATCH_TOKENS)));
    }
  }

  private static OptimizerSettings optimizer(QualityPlan plan) {
    int warmUp = Math.min(WARM_UP_STEPS, plan.steps() / 2);
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            plan.learningRate(),
            warmUp,
            Optional.of(
                new LearningRateSchedule.Decay(
                    DecayShape.LINEAR, 0, plan.steps() - warmUp, 0, false)));
    OptimizerSettings common = OptimizerSettings.of(schedule);
    return new OptimizerSettings(
        schedule,
        common.beta1(),
        common.beta2(),
        common.epsilon(),
        common.weightDecay(),
        common.clipNorm(),
        AverageSettings.NONE,
        Freezing.NONE,
        Optional.of(new Muon(0.95)));
  }

  /** Trains every student on windows in their order. */
  void train(List<QualityTexts.Text> texts, QualityTeacher teacher, Lessons lessons) {
    for (int start = 0; start < texts.size(); start += plan.windowsPerStep()) {
      List<ScoredText> batch =
          teacher.score(
              texts.subList(start, Math.min(texts.size(), start + plan.windowsPerStep())));
      pupils.forEach(
          (method, pupil) -> {
            List<TrainingExample> examples = new ArrayList<>();
            for (ScoredText text : batch) {
              Lessons.Lesson lesson = lessons.lesson(method, text);
              examples.add(lesson.example());
              pupil.payloadBytes += lesson.payloadBytes();
            }
            pupil.step.run(pupil.state, examples);
          });
      for (ScoredText text : batch) {
        tokens += text.text().task().window().trainedPositions();
      }
    }
  }

  /** How the students stand. */
  Map<TeachingMethod, Outcome> evaluate(Map<String, List<TrainingExample>> heldOut) {
    Map<TeachingMethod, Outcome> outcomes = new EnumMap<>(TeachingMethod.class);
    pupils.forEach(
        (method, pupil) -> {
          Map<String, EvaluationSums> domains = new TreeMap<>();
          heldOut.forEach(
              (domain, windows) -> domains.put(domain, evaluator.evaluate(pupil.state, windows)));
          outcomes.put(method, new Outcome(domains, tokens, pupil.payloadBytes));
        });
    return outcomes;
  }

  @Override
  public void close() {
    pupils.values().forEach(Pupil::close);
    evaluator.close();
  }
}
