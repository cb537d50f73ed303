package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.ExpiredCheckpointException;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.recovery.Compute;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.recovery.RunFacts;
import io.logitstream.trainer.recovery.RunTakeover;
import io.logitstream.trainer.recovery.StudentArtifacts;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.ComputeChoice;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainerClock;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that was taken over, with its student on the device.
 *
 * @param takeover how the run was found
 * @param resumed the checkpoint that training goes on from, the newest whole one; empty for a new
 *     run
 * @param source the checkpoint of another run that a new run begins with
 * @param damage what is wrong with the checkpoints after that one
 * @param facts what its manifests have in common
 * @param model the student at the run's start
 * @param student the student of the newest checkpoint; the caller closes it
 */
record OpenedRun(
    RunTakeover takeover,
    Optional<CheckpointManifest> resumed,
    Optional<CheckpointManifest> source,
    List<String> damage,
    RunFacts facts,
    StudentModel model,
    Student student) {
  private static final Logger LOGGER = LoggerFactory.getLogger(OpenedRun.class);

  /**
   * Takes a run over and restores its student.
   *
   * @param asked the settings; what they leave open is chosen when a run is started, and kept
   * @param ownIncarnation the newest incarnation that this process started, 0 before its first
   * @param starter starts what the student is computed on
   * @throws ConfigurationException if the settings are not those that the run was started with;
   *     then another trainer of the run is left alone
   */
  static OpenedRun open(
      TrainerSettings asked,
      KafkaClients clients,
      CheckpointCommitter committer,
      long ownIncarnation,
      Compute.Starter starter,
      TrainerClock clock) {
    Compute compute = starter.start(asked.training());
    try (CheckpointReader checkpoints = new CheckpointReader(clients);
        LedgerReader ledger = new LedgerReader(clients)) {
      List<CheckpointManifest> before = checkpoints.list(asked.run());
      TrainingSettings training = asked.training().planned(newest(before), compute.preferredPlan());
      TrainerSettings settings = asked.with(training);
      Optional<WholeCheckpoint> source = source(settings, before, checkpoints);
      StudentModel model = model(settings, before, source, checkpoints);
      checkFrozen(training, model);
      newest(before).ifPresent(newest -> check(settings, model, newest));
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
      Optional<CheckpointManifest> newest = takeover.newest();
      newest.ifPresent(manifest -> check(settings, model, manifest));
      ComputeType computeType = computeType(training, compute, newest);
      RunFacts facts =
          new RunFacts(
              settings.run(),
              takeover.incarnation(),
              model.configJson(),
              model.tokenizerJson(),
              model.tokenizerSha256(),
              newest
                  .map(CheckpointManifest::getInitialStudentSha256)
                  .orElseGet(() -> model.weights().sha256()),
              settings.ingest().teachers().names(),
              training.seed(),
              configuration(settings, computeType),
              compute.environment(computeType),
              version(),
              newest
                  .map(CheckpointManifest::getReplayOf)
                  .orElseGet(() -> source.map(OpenedRun::id).orElse(null)),
              settings.replay().untilOffsets(),
              model.adapterFacts(newest));
      newest.ifPresent(manifest -> compareHardware(manifest, facts));
      List<String> damage = new ArrayList<>();
      Optional<WholeCheckpoint> resumed = newestWhole(takeover, checkpoints, training, damage);
      Student student =
          compute.student(
              model,
              computeType,
              training,
              resumed
                  .or(() -> source)
                  .map(
                      whole ->
                          StudentArtifacts.snapshot(
                              whole, training.optimizer().averages().isKept())));
      return new OpenedRun(
          takeover,
          resumed.map(WholeCheckpoint::manifest),
          resumed.isPresent() ? Optional.empty() : source.map(WholeCheckpoint::manifest),
          damage,
          facts,
          model,
          student);
    }
  }

  private static String id(WholeCheckpoint checkpoint) {
    return CheckpointId.of(checkpoint.manifest()).toString();
  }

  private static Optional<CheckpointManifest> newest(List<CheckpointManifest> manifests) {
    return manifests.isEmpty()
        ? Optional.empty()
        : Optional.of(manifests.get(manifests.size() - 1));
  }

  /** The checkpoint of another run that a new run begins with. */
  private static Optional<WholeCheckpoint> source(
      TrainerSettings settings, List<CheckpointManifest> before, CheckpointReader checkpoints) {
    if (!before.isEmpty() || settings.replay().from().isEmpty()) {
      return Optional.empty();
    }
    CheckpointManifest manifest = checkpoints.get(settings.replay().from().get());
    if (manifest.getExpired()) {
      throw new ExpiredCheckpointException(CheckpointId.of(manifest));
    }
    boolean adapted = settings.training().lowRank().isPresent();
    requireLearned(manifest, adapted);
    Set<String> artifacts = new TreeSet<>(StudentModel.artifacts(adapted));
    artifacts.addAll(StudentArtifacts.names(StudentArtifacts.hasAverages(manifest), adapted));
    Map<String, byte[]> bytes = new TreeMap<>();
    artifacts.forEach(name -> bytes.put(name, checkpoints.read(manifest, name)));
    return Optional.of(new WholeCheckpoint(manifest, bytes));
  }

  /** A run that begins with a checkpoint learns what that has learned. */
  private static void requireLearned(CheckpointManifest source, boolean adapted) {
    if (LearnedWeights.areAdapters(source) != adapted) {
      throw new ConfigurationException(
          "checkpoint %s holds %s, and by the settings %s are trained (student.lora.rank): use the checkpoint's, or export it and begin a run with the directory"
              .formatted(
                  CheckpointId.of(source),
                  adapted ? "weights" : "adapters",
                  adapted ? "adapters" : "weights"));
    }
  }

  /** The student at the run's start; of a run that began with a checkpoint, as it is now. */
  private static StudentModel model(
      TrainerSettings settings,
      List<CheckpointManifest> before,
      Optional<WholeCheckpoint> source,
      CheckpointReader checkpoints) {
    Optional<LowRank> lowRank = settings.training().lowRank();
    if (source.isPresent()) {
      return StudentModel.of(source.get(), lowRank);
    }
    if (newest(before).map(CheckpointManifest::getReplayOf).isPresent()) {
      return checkpoints
          .newestWhole(before, StudentModel.artifacts(lowRank.isPresent()), damage -> {})
          .map(whole -> StudentModel.of(whole, lowRank))
          .orElseThrow(
              () ->
                  new LogitstreamException(
                      FailureKind.FATAL,
                      "run %s has no checkpoint that is whole: begin another run"
                          .formatted(settings.run())));
    }
    return StudentModel.read(settings.training());
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
    // What was probed at the run's start is kept, unless another type is asked for by name.
    ComputeType asked =
        settings.training().computeType() == ComputeChoice.AUTO
            ? computeType(newest)
            : ComputeType.valueOf(settings.training().computeType().name());
    configuration(settings, asked).changesSince(newest, TrainerSettings.mayChange());
    // After the settings: with another seed a student that began at random is another one.
    if (newest.getReplayOf() == null) {
      model.checkAgainst(newest);
    }
  }

  private static RunConfiguration configuration(TrainerSettings settings, ComputeType type) {
    Map<String, String> values = new TreeMap<>(settings.identity());
    values.put(TrainingSettings.COMPUTE_TYPE_KEY, type.label());
    return new RunConfiguration(values);
  }

  private static ComputeType computeType(
      TrainingSettings training, Compute compute, Optional<CheckpointManifest> newest) {
    return newest
        .map(OpenedRun::computeType)
        .orElseGet(
            () ->
                switch (training.computeType()) {
                  case AUTO -> compute.preferredType();
                  case F32 -> ComputeType.F32;
                  case BF16 -> ComputeType.BF16;
                });
  }

  private static ComputeType computeType(CheckpointManifest manifest) {
    return ComputeType.valueOf(manifest.getEnvironment().getComputeType().toUpperCase(Locale.ROOT));
  }

  private static Optional<WholeCheckpoint> newestWhole(
      RunTakeover takeover,
      CheckpointReader checkpoints,
      TrainingSettings settings,
      List<String> damage) {
    Optional<WholeCheckpoint> whole =
        checkpoints.newestWhole(
            takeover.manifests(),
            StudentArtifacts.names(settings),
            failure -> damage.add(String.valueOf(failure.getMessage())));
    if (whole.isEmpty() && takeover.newest().isPresent()) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          "run %s has no checkpoint that is whole: %s. Begin another run"
              .formatted(takeover.newest().get().getRun(), String.join("; ", damage)));
    }
    whole.ifPresent(
        found -> {
          damage.forEach(problem -> LOGGER.error("a checkpoint is damaged: {}", problem));
          LOGGER.info(
              "run {} goes on from checkpoint {} at step {}",
              found.manifest().getRun(),
              found.manifest().getSequence(),
              found.manifest().getStep());
        });
    return whole;
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
