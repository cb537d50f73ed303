package io.logitstream.console.bench.quality;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/** Trains the students of all seeds. */
public final class QualityBench {
  private static final int SCORED_AT_ONCE = 8;

  private final TorchEngine engine;
  private final QualityPlan plan;
  private final ModelDirectory teacher;
  private final ModelConfig student;

  /**
   * @throws IOException if a model cannot be read
   */
  public QualityBench(TorchEngine engine, QualityPlan plan) throws IOException {
    this.engine = engine;
    this.plan = plan;
    this.teacher = ModelDirectory.open(plan.teacher());
    this.student = ModelDirectory.open(plan.student()).config();
    if (student.vocabularySize() != teacher.config().vocabularySize()) {
      throw new IllegalArgumentException(
          "the student has %d tokens, the teacher %d"
              .formatted(student.vocabularySize(), teacher.config().vocabularySize()));
    }
  }

  /**
   * Runs every seed.
   *
   * @param seedDone hears of each seed that is done
   */
  public QualityReport run(LongConsumer seedDone)
      throws IOException, InterruptedException, ExecutionException {
    try (Tokenizer tokenizer = Tokenizer.fromJson(teacher.tokenizerJson(), teacher.config())) {
      QualityTexts texts = new QualityTexts(plan.traffic(), tokenizer);
      ContextPrior prior;
      Map<String, List<TrainingExample>> heldOut = new TreeMap<>();
      try (QualityTeacher scorer = new QualityTeacher(engine, teacher)) {
        prior =
            Lessons.learnPrior(
                score(scorer, texts.prior(plan.priorWindows())),
                student.vocabularySize(),
                plan.sampleSize());
        for (var domain : texts.evaluation(plan.evaluationWindows()).entrySet()) {
          heldOut.put(
              domain.getKey(),
              score(scorer, domain.getValue()).stream().map(Lessons::whole).toList());
        }
      }
      List<List<QualityTexts.Text>> orders = new ArrayList<>();
      for (int seed = 1; seed <= plan.seeds(); seed++) {
        orders.add(texts.training(seed, plan.steps() * plan.windowsPerStep()));
      }
      return new QualityReport(plan, student, runAll(orders, prior, heldOut, seedDone));
    }
  }

  private List<Map<TeachingMethod, QualityRun.Outcome>> runAll(
      List<List<QualityTexts.Text>> orders,
      ContextPrior prior,
      Map<String, List<TrainingExample>> heldOut,
      LongConsumer seedDone)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(plan.parallel());
    try {
      List<Future<Map<TeachingMethod, QualityRun.Outcome>>> running = new ArrayList<>();
      for (int index = 0; index < orders.size(); index++) {
        long seed = index + 1L;
        List<QualityTexts.Text> order = orders.get(index);
        running.add(
            threads.submit(
                () -> {
                  var outcome = run(seed, order, prior, heldOut);
                  seedDone.accept(seed);
                  return outcome;
                }));
      }
      List<Map<TeachingMethod, QualityRun.Outcome>> outcomes = new ArrayList<>();
      for (var run : running) {
        outcomes.add(run.get());
      }
      return outcomes;
    } finally {
      threads.shutdownNow();
    }
  }

  private Map<TeachingMethod, QualityRun.Outcome> run(
      long seed,
      List<QualityTexts.Text> order,
      ContextPrior prior,
      Map<String, List<TrainingExample>> heldOut)
      throws IOException {
    engine.enterThread();
    try (QualityTeacher scorer = new QualityTeacher(engine, teacher);
        QualityRun run = new QualityRun(engine, student, plan, seed)) {
      run.train(order, scorer, new Lessons(prior, plan.sampleSize(), plan.topK()));
      return run.evaluate(heldOut);
    }
  }

  private static List<ScoredText> score(QualityTeacher scorer, List<QualityTexts.Text> texts) {
    List<ScoredText> scored = new ArrayList<>();
    for (int start = 0; start < texts.size(); start += SCORED_AT_ONCE) {
      scored.addAll(
          scorer.score(texts.subList(start, Math.min(texts.size(), start + SCORED_AT_ONCE))));
    }
    return scored;
  }
}
