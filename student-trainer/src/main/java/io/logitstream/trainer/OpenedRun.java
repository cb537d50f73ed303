package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.recovery.RunFacts;
import io.logitstream.trainer.recovery.RunTakeover;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.ComputeChoice;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainerClock;
import io.logitstream.trainer.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that was taken over, with its student on the device.
 *
 * @param takeover how the run was found
 * @param facts what its manifests have in common
 * @param model the student at the run's start
 * @param student the student of the newest checkpoint; the caller closes it
 */
record OpenedRun(RunTakeover takeover, RunFacts facts, StudentModel model, Student student) {
  private static final Logger LOGGER = LoggerFactory.getLogger(OpenedRun.class);

  /**
   * Takes a run over and restores its student.
   *
   * @param ownIncarnation the newest incarnation that this process started, 0 before its first
   * @throws ConfigurationException if the settings are not those that the run was started with;
   *     then another trainer of the run is left alone
   */
  static OpenedRun open(
      TrainerSettings settings,
      KafkaClients clients,
      CheckpointCommitter committer,
      long ownIncarnation,
      TrainerClock clock) {
    TrainingSettings training = settings.training();
    TorchEngine engine = startEngine(training);
    StudentModel model = StudentModel.read(training.model(), training.seed());
    checkFrozen(training, model);
    try (CheckpointReader checkpoints = new CheckpointReader(clients);
        LedgerReader ledger = new LedgerReader(clients)) {
      checkpoints.newest(settings.run()).ifPresent(newest -> check(settings, model, newest));
      RunTakeover takeover =
          RunTakeover.of(
              settings.run(),
              committer,
              checkpoints,
              ledger,
              ownIncarnation,
              version(),
              surroundings(),
              clock.now());
      takeover.newest().ifPresent(newest -> check(settings, model, newest));
      ComputeType computeType = computeType(training, engine, takeover.newest());
      RunFacts facts =
          new RunFacts(
              settings.run(),
              takeover.incarnation(),
              model.configJson(),
              model.tokenizerJson(),
              model.tokenizerSha256(),
              model.weights().sha256(),
              settings.ingest().teachers().names(),
              training.seed(),
              configuration(settings, computeType),
              environment(engine, computeType),
              version());
      takeover.newest().ifPresent(newest -> compareHardware(newest, facts));
      Student student =
          new Student(
              engine,
              model.config(),
              computeType,
              training,
              state(engine, model, training, checkpoints, takeover.newest()));
      return new OpenedRun(takeover, facts, model, student);
    }
  }

  private static TorchEngine startEngine(TrainingSettings training) {
    try {
      return TorchEngine.start(training.device(), training.threads());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("compute.device: " + e.getMessage());
    }
  }

  private static void checkFrozen(TrainingSettings training, StudentModel model) {
    try {
      training.optimizer().freezing().trained(model.config());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("train.frozen: " + e.getMessage());
    }
  }

  private static void check(
      TrainerSettings settings, StudentModel model, CheckpointManifest newest) {
    model.checkAgainst(newest);
    // What was probed at the run's start is kept, unless another type is asked for by name.
    ComputeType asked =
        settings.training().computeType() == ComputeChoice.AUTO
            ? computeType(newest)
            : ComputeType.valueOf(settings.training().computeType().name());
    configuration(settings, asked).checkAgainst(newest);
  }

  private static RunConfiguration configuration(TrainerSettings settings, ComputeType type) {
    Map<String, String> values = new TreeMap<>(settings.identity());
    values.put(TrainingSettings.COMPUTE_TYPE_KEY, type.label());
    return new RunConfiguration(values);
  }

  private static ComputeType computeType(
      TrainingSettings training, TorchEngine engine, Optional<CheckpointManifest> newest) {
    return newest
        .map(OpenedRun::computeType)
        .orElseGet(
            () ->
                switch (training.computeType()) {
                  case AUTO -> engine.preferredComputeType();
                  case F32 -> ComputeType.F32;
                  case BF16 -> ComputeType.BF16;
                });
  }

  private static ComputeType computeType(CheckpointManifest manifest) {
    return ComputeType.valueOf(manifest.getEnvironment().getComputeType().toUpperCase(Locale.ROOT));
  }

  private static TrainingState state(
      TorchEngine engine,
      StudentModel model,
      TrainingSettings training,
      CheckpointReader checkpoints,
      Optional<CheckpointManifest> newest) {
    boolean averaged = training.optimizer().averages().isKept();
    if (newest.isEmpty()) {
      return TrainingState.initial(engine, model.config(), model.weights(), averaged);
    }
    CheckpointManifest manifest = newest.get();
    LOGGER.info(
        "run {} goes on from checkpoint {} at step {}",
        manifest.getRun(),
        manifest.getSequence(),
        manifest.getStep());
    return TrainingState.restore(
        engine,
        model.config(),
        ByteBuffer.wrap(checkpoints.read(manifest, "weights")),
        ByteBuffer.wrap(checkpoints.read(manifest, "moments")),
        averaged
            ? Optional.of(ByteBuffer.wrap(checkpoints.read(manifest, "averages")))
            : Optional.empty(),
        manifest.getStep());
  }

  private static ComputeEnvironment environment(TorchEngine engine, ComputeType computeType) {
    return new ComputeEnvironment(
        engine.deviceName(),
        computeType.label(),
        engine.threads(),
        engine.libtorchVersion(),
        engine.fingerprint(computeType));
  }

  private static void compareHardware(CheckpointManifest newest, RunFacts facts) {
    String before = newest.getEnvironment().getFingerprint();
    if (!before.equals(facts.environment().getFingerprint())) {
      LOGGER.warn(
          "the run goes on with other hardware, libtorch or threads ({}, before {}): its results"
              + " are not bit for bit those of an undisturbed run",
          facts.environment(),
          newest.getEnvironment());
    }
  }

  private static String version() {
    String version = OpenedRun.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static Map<String, String> surroundings() {
    Map<String, String> surroundings = new TreeMap<>();
    surroundings.put("process", Long.toString(ProcessHandle.current().pid()));
    for (String property : new String[] {"os.name", "os.arch", "java.version"}) {
      surroundings.put(property, System.getProperty(property, ""));
    }
    surroundings.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return surroundings;
  }
}
