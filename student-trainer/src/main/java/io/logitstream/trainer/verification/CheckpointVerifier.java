package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.DamagedCheckpointException;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.recovery.StudentArtifacts;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TorchStudent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;

/**
 * Proves checkpoints: loads an ancestor's state, reads the records that the ledger names, trains on
 * them again, and compares every artifact. Only reads; the run may go on meanwhile.
 */
public final class CheckpointVerifier implements AutoCloseable {

  /** What no step changes, where a run's checkpoints have it. */
  private static final List<String> UNCHANGED =
      List.of("config.json", "tokenizer.json", LearnedWeights.ADAPTER_CONFIG, LearnedWeights.BASE);

  private final KafkaSettings kafka;
  private final VerificationProgress progress;
  private final KafkaClients clients;
  private final CheckpointReader checkpoints;
  private final LedgerReader ledger;

  /** A verifier that says nothing until it has an answer. */
  public CheckpointVerifier(KafkaSettings kafka) {
    this(kafka, (taken, all) -> {});
  }

  /**
   * @param progress told after each step
   */
  public CheckpointVerifier(KafkaSettings kafka, VerificationProgress progress) {
    this.kafka = kafka;
    this.progress = progress;
    this.clients = new KafkaClients(kafka, "verification");
    this.checkpoints = new CheckpointReader(clients);
    this.ledger = new LedgerReader(clients);
  }

  /**
   * Verifies a checkpoint.
   *
   * @param from the ancestor to train on from; empty for the parent
   * @throws LogitstreamException CONFIGURATION if there is no such checkpoint or ancestor, or if
   *     the run did what this build cannot follow
   */
  public Verification verify(CheckpointId id, Optional<CheckpointId> from)
      throws InterruptedException {
    List<CheckpointManifest> manifests = checkpoints.list(id.run());
    if (CheckpointReader.isRemoved(id, manifests)) {
      return new Verification(
          Verification.Answer.EXPIRED,
          id,
          from.orElse(id),
          0,
          0,
          0,
          Map.of(),
          "checkpoint %s has expired: its run has let it go".formatted(id));
    }
    CheckpointManifest checkpoint =
        find(manifests, id).orElseThrow(() -> CheckpointReader.unknown(id));
    Long parent = checkpoint.getParentSequence();
    CheckpointId ancestorId =
        from.orElse(new CheckpointId(id.run(), parent == null ? id.sequence() : parent));
    if (!ancestorId.run().equals(id.run()) || ancestorId.sequence() > id.sequence()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is no ancestor of %s: name an earlier checkpoint of the same run"
              .formatted(ancestorId, id));
    }
    Tally tally = new Tally();
    try {
      verify(checkpoint, ancestorId, manifests, tally);
      return tally.verification(Verification.Answer.PROVEN, checkpoint, ancestorId, "");
    } catch (UnprovenException e) {
      return tally.verification(e.answer(), checkpoint, ancestorId, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    checkpoints.close();
    ledger.close();
  }

  private static Optional<CheckpointManifest> find(
      List<CheckpointManifest> manifests, CheckpointId id) {
    return manifests.stream()
        .filter(manifest -> manifest.getSequence() == id.sequence())
        .findFirst();
  }

  private void verify(
      CheckpointManifest checkpoint,
      CheckpointId ancestorId,
      List<CheckpointManifest> manifests,
      Tally tally)
      throws UnprovenException, InterruptedException {
    CheckpointManifest ancestor =
        find(manifests, ancestorId)
            .orElseThrow(
                () ->
                    UnprovenException.expired("the manifest of %s is gone".formatted(ancestorId)));
    RecordedHistory history = RecordedHistory.read(ancestor, checkpoint, manifests, ledger);
    TrainerSettings settings =
        RecordedSettings.of(ancestor.getRun(), new RunConfiguration(ancestor.getConfiguration()));
    Set<String> expected = new TreeSet<>(StudentArtifacts.names(settings.training()));
    expected.addAll(StudentModel.artifacts(settings.training().lowRank().isPresent()));
    Map<String, byte[]> artifacts = artifacts(checkpoint, expected);
    TorchEngine engine = engine(history);
    if (checkpoint.getSequence() == ancestor.getSequence()) {
      if (checkpoint.getReplayOf() != null) {
        compareWithSource(
            checkpoint,
            CheckpointId.parse(checkpoint.getReplayOf()),
            student(checkpoint, artifacts, settings));
      } else {
        compareBeginning(checkpoint, artifacts, student(checkpoint, artifacts, settings));
      }
      return;
    }
    Map<String, byte[]> before = artifacts(ancestor, expected);
    compareFiles(checkpoint, before, artifacts);
    retrain(history, settings, engine, new WholeCheckpoint(ancestor, before), tally);
  }

  /**
   * The student that a checkpoint holds.
   *
   * @throws UnprovenException if its artifacts are no such student's
   */
  private static StudentModel student(
      CheckpointManifest manifest, Map<String, byte[]> artifacts, TrainerSettings settings)
      throws UnprovenException {
    try {
      return StudentModel.of(
          new WholeCheckpoint(manifest, artifacts), settings.training().lowRank());
    } catch (UnsupportedModelException | ConfigurationException e) {
      throw UnprovenException.refuted(
          "checkpoint %s: %s".formatted(CheckpointId.of(manifest), e.getMessage()));
    }
  }

  private void retrain(
      RecordedHistory history,
      TrainerSettings settings,
      TorchEngine engine,
      WholeCheckpoint before,
      Tally tally)
      throws UnprovenException, InterruptedException {
    CheckpointManifest ancestor = history.ancestor();
    TopicIdentity topic;
    try (Admin admin = clients.admin()) {
      topic = Topics.identity(admin, history.start().getTopic());
    }
    long steps = history.checkpoint().getStep() - ancestor.getStep();
    StudentModel model = student(ancestor, before.artifacts(), settings);
    ModelConfig config = model.config();
    boolean averaged = settings.training().optimizer().averages().isKept();
    TrainingState state =
        TrainingState.restore(
            engine, config, model.weights(), StudentArtifacts.snapshot(before, averaged));
    try (Student student =
            new TorchStudent(engine, config, computeType(ancestor), settings.training(), state);
        RecordedOrder log = new RecordedOrder(clients, topic, history);
        RecordedRehearsal older = new RecordedRehearsal(clients, topic, ancestor);
        Retraining retraining =
            new Retraining(
                kafka,
                settings,
                config,
                history,
                student,
                log,
                older,
                taken -> progress.step(taken, steps))) {
      try {
        for (RecordedHistory.Chapter chapter : history.chapters()) {
          retraining.follow(chapter);
        }
      } finally {
        tally.steps = retraining.stepsTaken();
        tally.records = retraining.trainedRecords() - ancestor.getTrainedRecords();
        tally.tokens = retraining.trainedTokens() - ancestor.getTrainedTokens();
      }
    }
  }

  /**
   * The bytes of all artifacts; each chunk is checked against the manifest.
   *
   * @param expected the names of all artifacts
   */
  private Map<String, byte[]> artifacts(CheckpointManifest manifest, Set<String> expected)
      throws UnprovenException {
    CheckpointId id = CheckpointId.of(manifest);
    if (manifest.getExpired()) {
      throw UnprovenException.expired(
          "checkpoint %s has expired: its run has let its bytes go".formatted(id));
    }
    Map<String, byte[]> bytes = new HashMap<>();
    try {
      for (Artifact artifact : manifest.getArtifacts()) {
        if (!expected.contains(artifact.getName())) {
          throw new LogitstreamException(
              FailureKind.CONFIGURATION,
              "checkpoint %s has an artifact %s, which this build does not know: use a newer build"
                  .formatted(id, artifact.getName()));
        }
        bytes.put(artifact.getName(), checkpoints.read(manifest, artifact.getName()));
      }
    } catch (DamagedCheckpointException e) {
      throw UnprovenException.refuted(String.valueOf(e.getMessage()));
    }
    for (String name : expected) {
      if (!bytes.containsKey(name)) {
        throw UnprovenException.refuted("checkpoint %s has no artifact %s".formatted(id, name));
      }
    }
    return bytes;
  }

  private static byte[] bytes(Map<String, byte[]> artifacts, String name) {
    return artifacts.getOrDefault(name, new byte[0]);
  }

  private static void compareBeginning(
      CheckpointManifest checkpoint, Map<String, byte[]> artifacts, StudentModel student)
      throws UnprovenException {
    CheckpointId id = CheckpointId.of(checkpoint);
    if (checkpoint.getParentSequence() != null) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s cannot be verified from itself: name an earlier checkpoint".formatted(id));
    }
    Retraining.equal(
        id, "initial student", checkpoint.getInitialStudentSha256(), student.weights().sha256());
    byte[] learned = student.weights().learnedBytes();
    Retraining.equal(
        id,
        "SHA-256 of moments, all zero,",
        Sha256.of(bytes(artifacts, LearnedWeights.MOMENTS)),
        Sha256.of(new byte[2 * learned.length]));
    if (artifacts.containsKey(LearnedWeights.AVERAGES)) {
      Retraining.equal(
          id,
          "SHA-256 of averages, as what is learned,",
          Sha256.of(bytes(artifacts, LearnedWeights.AVERAGES)),
          Sha256.of(learned));
    }
    Retraining.equal(id, "step", checkpoint.getStep(), 0L);
    Retraining.equal(id, "trained records", checkpoint.getTrainedRecords(), 0L);
    compareTokenizer(checkpoint, artifacts);
  }

  /** A run that began with a checkpoint of another one has its bytes, and goes on in its counts. */
  private void compareWithSource(
      CheckpointManifest checkpoint, CheckpointId source, StudentModel student)
      throws UnprovenException {
    CheckpointId id = CheckpointId.of(checkpoint);
    CheckpointManifest other =
        find(checkpoints.list(source.run()), source)
            .orElseThrow(
                () ->
                    UnprovenException.expired(
                        "checkpoint %s, with which the run began, is gone".formatted(source)));
    // Averages are another run's own: it may keep some where the other kept none.
    Map<String, String> ours = sha256s(checkpoint);
    Map<String, String> theirs = sha256s(other);
    ours.remove(LearnedWeights.AVERAGES);
    theirs.remove(LearnedWeights.AVERAGES);
    Retraining.equal(id, "artifacts", ours, theirs);
    Retraining.equal(id, "step", checkpoint.getStep(), other.getStep());
    Retraining.equal(
        id, "trained records", checkpoint.getTrainedRecords(), other.getTrainedRecords());
    Retraining.equal(id, "trained tokens", checkpoint.getTrainedTokens(), other.getTrainedTokens());
    Retraining.equal(
        id, "initial student", checkpoint.getInitialStudentSha256(), student.weights().sha256());
  }

  private static Map<String, String> sha256s(CheckpointManifest manifest) {
    Map<String, String> sha256s = new TreeMap<>();
    manifest
        .getArtifacts()
        .forEach(artifact -> sha256s.put(artifact.getName(), artifact.getSha256()));
    return sha256s;
  }

  private static void compareFiles(
      CheckpointManifest checkpoint, Map<String, byte[]> before, Map<String, byte[]> after)
      throws UnprovenException {
    for (String name : UNCHANGED) {
      if (!before.containsKey(name)) {
        continue;
      }
      Retraining.equal(
          CheckpointId.of(checkpoint),
          "SHA-256 of " + name,
          Sha256.of(bytes(after, name)),
          Sha256.of(bytes(before, name)));
    }
    compareTokenizer(checkpoint, after);
  }

  private static void compareTokenizer(CheckpointManifest checkpoint, Map<String, byte[]> artifacts)
      throws UnprovenException {
    Retraining.equal(
        CheckpointId.of(checkpoint),
        "tokenizer",
        checkpoint.getTokenizerSha256(),
        Sha256.of(bytes(artifacts, "tokenizer.json")));
  }

  /** An engine that rounds as that of every checkpoint of the history did. */
  private static TorchEngine engine(RecordedHistory history) throws UnprovenException {
    ComputeEnvironment wanted = history.checkpoint().getEnvironment();
    TorchEngine engine;
    try {
      engine = TorchEngine.start(wanted.getDevice(), wanted.getThreads());
    } catch (IllegalArgumentException e) {
      throw UnprovenException.otherHardware(
          "it was computed on %s: %s".formatted(wanted.getDevice(), e.getMessage()));
    }
    String fingerprint = engine.fingerprint(computeType(history.checkpoint()));
    for (RecordedHistory.Chapter chapter : history.chapters()) {
      ComputeEnvironment environment = chapter.manifest().getEnvironment();
      if (!environment.getFingerprint().equals(fingerprint)) {
        throw otherHardware(chapter.manifest(), engine, fingerprint);
      }
    }
    if (history.chapters().isEmpty() && !wanted.getFingerprint().equals(fingerprint)) {
      throw otherHardware(history.checkpoint(), engine, fingerprint);
    }
    return engine;
  }

  private static UnprovenException otherHardware(
      CheckpointManifest manifest, TorchEngine engine, String fingerprint) {
    return UnprovenException.otherHardware(
        "checkpoint %s was computed on %s; here it is %s, %d threads, libtorch %s, fingerprint %s"
            .formatted(
                CheckpointId.of(manifest),
                manifest.getEnvironment(),
                engine.deviceName(),
                engine.threads(),
                engine.libtorchVersion(),
                fingerprint));
  }

  private static ComputeType computeType(CheckpointManifest manifest) {
    return ComputeType.valueOf(manifest.getEnvironment().getComputeType().toUpperCase(Locale.ROOT));
  }

  private static final class Tally {
    private long steps;
    private long records;
    private long tokens;

    Verification verification(
        Verification.Answer answer,
        CheckpointManifest checkpoint,
        CheckpointId ancestor,
        String where) {
      return new Verification(
          answer,
          CheckpointId.of(checkpoint),
          ancestor,
          steps,
          records,
          tokens,
          sha256s(checkpoint),
          where);
    }
  }
}
