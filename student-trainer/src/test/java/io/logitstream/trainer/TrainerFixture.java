package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts trainers on a pipeline, and looks at what they have left. */
final class TrainerFixture {
  private final TestPipeline pipeline;
  private final Map<String, String> defaults = new HashMap<>();

  TrainerFixture(TestPipeline pipeline, Path model) {
    this.pipeline = pipeline;
    defaults.put("student.model", model.toString());
    defaults.put("compute.type", "f32");
    defaults.put("compute.device", "cpu");
    defaults.put("compute.threads", "1");
    defaults.put("train.step-records", "4");
    defaults.put("train.turn-records", "2");
    defaults.put("train.stop-when-idle", "true");
    defaults.put("train.idle-time", "200ms");
    defaults.put("checkpoint.every-steps", "3");
    defaults.put("evaluation.windows", "0");
    defaults.put("optimizer.warmup-steps", "2");
  }

  TrainerFixture with(String name, String value) {
    defaults.put(name, value);
    return this;
  }

  /** Trains a run on the calling thread, to its end. */
  TrainerProgress train(String run) throws Exception {
    return train(run, new StopSignal());
  }

  TrainerProgress train(String run, StopSignal stop) throws Exception {
    TrainerProgress progress = new TrainerProgress();
    trainer(run, progress).run(stop);
    return progress;
  }

  StudentTrainer trainer(String run, TrainerProgress progress) {
    return trainer(run, progress, new Health());
  }

  StudentTrainer trainer(String run, TrainerProgress progress, Health health) {
    return trainer(run, progress, health, TrainerPorts.production());
  }

  StudentTrainer trainer(String run, TrainerProgress progress, Health health, TrainerPorts ports) {
    Map<String, String> values = new HashMap<>(defaults);
    values.put("run", run);
    Configuration configuration =
        Configuration.load(TrainerSettings.SETTINGS, ConfigurationLayers.of(values));
    return new StudentTrainer(
        TrainerSettings.from(configuration),
        pipeline.settings(),
        new TopicSettings(pipeline.settings().topicPrefix(), TestPipeline.PARTITIONS, (short) 1),
        new SimpleMeterRegistry(),
        health,
        progress,
        ports);
  }

  List<CheckpointManifest> manifests(String run) {
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      return reader.list(run);
    }
  }

  CheckpointManifest newest(String run) {
    List<CheckpointManifest> manifests = manifests(run);
    return manifests.get(manifests.size() - 1);
  }

  List<LedgerEntry> ledger(String run) {
    try (LedgerReader reader = new LedgerReader(pipeline.clients())) {
      return reader.entries(run);
    }
  }

  static String weightsSha256(CheckpointManifest manifest) {
    return manifest.getArtifacts().get(0).getSha256();
  }
}
