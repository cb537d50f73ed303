package io.logitstream.console.bench;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelConfigJson;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.metrics.Meters;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.recovery.TorchCompute;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Times the trainer's whole loop over a topic that is full, and in turns with it the same steps of
 * the same student on the same windows from memory. In the end both students must have the same
 * weights, bit for bit: then both have done the same work.
 *
 * @param batch a step's windows
 * @param device auto, cpu or cuda
 * @param threads threads of an operator; 0 for one per core
 * @param rounds how often each is timed; the one that went first goes second in the next round
 * @param warmupSteps steps of each before those that count, at least 1
 * @param steps steps of each that count
 */
public record LoopBench(
    ModelConfig config,
    ComputeType computeType,
    String device,
    int threads,
    SyntheticBatch batch,
    int rounds,
    int warmupSteps,
    int steps) {
  public LoopBench {
    if (rounds < 1 || warmupSteps < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "%d rounds of %d and %d steps, expected at least 1 of each"
              .formatted(rounds, warmupSteps, steps));
    }
  }

  private record Loop(double stepMs, double waitMs, double bytesPerToken, String weights) {}

  private record Memory(double stepMs, String weights) {}

  /**
   * What was measured.
   *
   * @param figures the report, to be written as JSON
   * @param holds whether the loop waited for less than a twentieth of its time, and did the same as
   *     the steps from memory
   */
  public record Outcome(Map<String, Object> figures, boolean holds) {}

  /**
   * Times all rounds.
   *
   * @param engine what the memory's steps are taken on, and the trainer's
   * @param topics the pipeline's topics, which are there and empty
   * @param folder an empty folder, for the student
   */
  public Outcome run(TorchEngine engine, KafkaClients clients, TopicSettings topics, Path folder)
      throws Exception {
    Files.write(folder.resolve("config.json"), ModelConfigJson.write(config, "float32"));
    byte[] tokenizerJson = "{}".getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve("tokenizer.json"), tokenizerJson);
    LoopWindows windows = new LoopWindows(batch, config.vocabularySize(), Sha256.of(tokenizerJson));
    windows.publish(clients, warmupSteps + steps);
    List<LoopReport.Round> taken = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      TrainerSettings settings = settings("bench-" + round, folder);
      Optional<Memory> before =
          round % 2 == 0 ? Optional.empty() : Optional.of(fromMemory(settings.training(), windows));
      Loop loop = fromTopic(settings, clients, topics);
      Memory memory = before.isPresent() ? before.get() : fromMemory(settings.training(), windows);
      taken.add(
          new LoopReport.Round(
              loop.stepMs(),
              memory.stepMs(),
              loop.waitMs(),
              loop.bytesPerToken(),
              loop.weights().equals(memory.weights())));
    }
    LoopReport report = new LoopReport(taken, (long) batch.sequences() * batch.positions());
    Map<String, Object> figures = report.figures();
    figures.putAll(Figures.environment(engine, computeType));
    figures.put("shape", Figures.shape(config));
    figures.put("settings", settings());
    return new Outcome(figures, report.holds());
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("sequences", batch.sequences());
    settings.put("positions", batch.positions());
    settings.put("encoding", batch.encoding().name());
    settings.put("ids", batch.ids());
    settings.put("rounds", rounds);
    settings.put("warmupSteps", warmupSteps);
    settings.put("steps", steps);
    return settings;
  }

  private TrainerSettings settings(String run, Path student) {
    Map<String, String> values = new HashMap<>();
    values.put("run", run);
    values.put("student.model", student.toString());
    values.put("compute.type", computeType.label());
    values.put("compute.device", device);
    values.put("compute.threads", Integer.toString(threads));
    values.put("train.step-records", Integer.toString(batch.sequences()));
    values.put("train.max-steps", Integer.toString(warmupSteps + steps));
    values.put("train.max-tokens", Integer.toString(batch.positions() + 1));
    // Checkpoints and evaluations are not what is timed: the run's first and last stand outside.
    values.put("checkpoint.every-steps", Integer.toString(Integer.MAX_VALUE));
    values.put("evaluation.windows", "0");
    if (batch.encoding() == SyntheticBatch.Encoding.LABELS) {
      values.put("loss.soft-weight", "0");
    }
    return TrainerSettings.from(
        Configuration.load(TrainerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }

  private Loop fromTopic(TrainerSettings settings, KafkaClients clients, TopicSettings topics)
      throws Exception {
    TrainerProgress progress = new TrainerProgress();
    LoopPace pace = new LoopPace(warmupSteps);
    progress.listen(pace);
    try (Meters meters = new Meters("bench")) {
      new StudentTrainer(
              settings, clients.settings(), topics, meters.registry(), new Health(), progress)
          .run(new StopSignal());
    }
    TrainerProgress.Snapshot end = progress.snapshot();
    if (pace.steps() != steps || end.deadLetters() > 0) {
      throw new IllegalStateException(
          "the trainer took %d steps that count and condemned %d records, expected %d and none"
              .formatted(pace.steps(), end.deadLetters(), steps));
    }
    return new Loop(
        pace.totalMs() / steps,
        pace.waitMs() / steps,
        end.bytesPerToken().orElseThrow(),
        end.checkpoints().get(end.checkpoints().size() - 1).weightsSha256());
  }

  private Memory fromMemory(TrainingSettings training, LoopWindows windows) {
    StudentModel model = StudentModel.read(training);
    try (Student student =
        TorchCompute.start(training).student(model, computeType, training, Optional.empty())) {
      for (int step = 0; step < warmupSteps; step++) {
        student.train(windows.step(step));
      }
      long startNanos = System.nanoTime();
      for (int step = 0; step < steps; step++) {
        student.train(windows.step(warmupSteps + step));
      }
      double totalMs = (System.nanoTime() - startNanos) / 1e6;
      return new Memory(totalMs / steps, Sha256.of(student.snapshot().weights()));
    }
  }
}
