package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.ingest.AcceptedTeachers;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.IngestSettings;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.SkippedRecord;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.ingest.TrainingRecordDecoder;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.training.LogIdentity;
import io.logitstream.trainer.training.LossTermsOf;
import io.logitstream.trainer.training.StepBatch;
import io.logitstream.trainer.training.StepTaker;
import io.logitstream.trainer.training.Student;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Trains again, entry by entry, what a ledger says, and compares at every checkpoint on the way. It
 * takes steps with the trainer's own parts.
 */
final class Retraining implements AutoCloseable {
  private final KafkaSettings kafka;
  private final ModelConfig config;
  private final CheckpointManifest ancestor;
  private final List<SkippedRecord> operatorSkips;
  private final Student student;
  private final StepTaker steps;
  private final RecordedOrder log;
  private final RecordedRehearsal older;
  private final LongConsumer progress;
  private final DeadLetters deadLetters =
      new DeadLetters("verification", Topic.TEACHER_LOGITS, new SimpleMeterRegistry());
  private final List<SkipEntry> expectedSkips = new ArrayList<>();
  private TrainerSettings settings;
  private RunConfiguration configuration;
  private List<String> teachers;
  private TrainingRecordDecoder decoder;
  private LossSums losses = LossSums.ZERO;
  private long trainedRecords;
  private long trainedTokens;
  private long stepsTaken;

  /**
   * @param settings those of the run at the ancestor
   * @param config the student's shape
   * @param student as at the ancestor; the caller closes it
   * @param log from the ancestor's positions on; the caller closes it
   * @param older from the ancestor's window on; the caller closes it
   * @param progress told after each step how many were taken
   */
  Retraining(
      KafkaSettings kafka,
      TrainerSettings settings,
      ModelConfig config,
      RecordedHistory history,
      Student student,
      RecordedOrder log,
      RecordedRehearsal older,
      LongConsumer progress) {
    this.kafka = kafka;
    this.settings = settings;
    this.config = config;
    this.ancestor = history.ancestor();
    this.configuration = new RunConfiguration(ancestor.getConfiguration());
    this.teachers = ancestor.getAcceptedTeachers();
    this.operatorSkips =
        history.entries().stream()
            .map(LedgerEntry::getSkip)
            .flatMap(Stream::ofNullable)
            .filter(skip -> skip.getCode().equals(TrainingRecordDecoder.OPERATOR))
            .map(skip -> new SkippedRecord(skip.getPartition(), skip.getOffset()))
            .toList();
    this.student = student;
    this.steps = new StepTaker(student);
    this.log = log;
    this.older = older;
    this.progress = progress;
    this.trainedRecords = history.ancestor().getTrainedRecords();
    this.trainedTokens = history.ancestor().getTrainedTokens();
    this.decoder =
        decoder(kafka, settings, ancestor, config, new AcceptedTeachers(teachers), operatorSkips);
  }

  /** Steps that were taken. */
  long stepsTaken() {
    return stepsTaken;
  }

  /** Records trained on since the run's start. */
  long trainedRecords() {
    return trainedRecords;
  }

  /** Tokens trained on since the run's start. */
  long trainedTokens() {
    return trainedTokens;
  }

  /**
   * Follows what led to a checkpoint, and compares the student with it.
   *
   * @throws UnprovenException naming the first difference
   */
  void follow(RecordedHistory.Chapter chapter) throws UnprovenException, InterruptedException {
    losses = LossSums.ZERO;
    for (LedgerEntry entry : chapter.entries()) {
      follow(entry, CheckpointId.of(chapter.manifest()));
    }
    compare(chapter.manifest());
  }

  private void follow(LedgerEntry entry, CheckpointId checkpoint)
      throws UnprovenException, InterruptedException {
    switch (entry.getKind()) {
      case STEP -> step(entry.getStep(), checkpoint);
      case SKIP -> {
        // What was condemned of other topics changes nothing that steps depend on.
        String cursor = entry.getSkip().getCursor();
        if (cursor.equals(LiveCursor.NAME) || cursor.equals(StepBatch.REHEARSAL)) {
          expectedSkips.add(entry.getSkip());
        }
      }
      case TEACHER_SWITCH -> {
        teachers = entry.getTeacherSwitch().getAfter();
        decodeAnew();
      }
      case SETTINGS_CHANGED -> {
        // That it follows from the settings before was checked with the history.
        configuration = configuration.after(entry.getSettingsChanged()).orElse(configuration);
        settings = RecordedSettings.of(ancestor.getRun(), configuration);
        student.use(settings.training());
        if (!settings.rehearsal().isOn()) {
          older.goOnWith(Optional.empty());
        }
        decodeAnew();
      }
      case REHEARSAL_WINDOW -> older.goOnWith(Optional.of(entry.getRehearsalWindow()));
      case PARTITIONS_ADDED -> log.cursor().addPartitions(entry.getPartitionsAdded().getAfter());
      case LOSS_ACCEPTED -> log.accept(entry.getLossAccepted());
      case EVALUATION_SET_PINNED, GATE_VERDICT, INCARNATION_STARTED -> {
        // They change nothing that steps depend on.
      }
      case ROLLBACK -> {
        // The history went over to the parent that it names; what was discarded is not read again.
        Map<Integer, Long> nextOffsets = new TreeMap<>();
        entry
            .getRollback()
            .getDiscarded()
            .forEach(range -> nextOffsets.put(range.getPartition(), range.getToOffset()));
        log.goOnAt(nextOffsets);
      }
      case UNKNOWN ->
          throw new LogitstreamException(
              FailureKind.CONFIGURATION,
              "entry %d of checkpoint %s is of kind %s, which this build cannot follow: use a newer build, or verify from a later ancestor"
                  .formatted(entry.getIndex(), checkpoint, entry.getKind()));
    }
  }

  private void step(StepEntry expected, CheckpointId checkpoint)
      throws UnprovenException, InterruptedException {
    StepBatch batch = new StepBatch(new LogIdentity(LiveCursor.NAME, log.topic()), deadLetters);
    Optional<StepResult> result = Optional.empty();
    int live = liveRecords();
    for (int index = 0; index < expected.getRanges().size(); index++) {
      OffsetRange range = expected.getRanges().get(index);
      boolean isRehearsed = RecordedTries.isRehearsed(range);
      for (int taken = 0; taken < range.getCount(); taken++) {
        if (isRehearsed) {
          rehearse(range, batch, expected, checkpoint);
        } else {
          ConsumerRecord<String, byte[]> record = next(range, taken, expected, checkpoint);
          batch.add(new FetchedRecord<>(record, decode(record)));
        }
        if (RecordedTries.isOver(expected, index, taken + 1, batch.size(), live)) {
          result = steps.take(batch);
        }
      }
    }
    if (result.isEmpty()) {
      result = steps.take(batch);
    }
    if (result.isEmpty()) {
      throw UnprovenException.refuted(
          "step %d of checkpoint %s has no record to train on"
              .formatted(expected.getStep(), checkpoint));
    }
    StepEntry found = batch.entry(result.get().step());
    if (!found.equals(expected)) {
      throw UnprovenException.refuted(
          "step %d of checkpoint %s: the ledger says %s, the log has %s"
              .formatted(expected.getStep(), checkpoint, expected, found));
    }
    compareSkips(batch.skips(), expected, checkpoint);
    losses = losses.plus(result.get().total());
    trainedRecords += batch.size();
    trainedTokens += result.get().total().tokens();
    stepsTaken++;
    progress.accept(stepsTaken);
    log.cursor().advance(batch.lastRecords(), 0);
  }

  /** Live records of a step: fewer where older ones are drawn. */
  private int liveRecords() {
    int stepRecords = settings.plan().stepRecords();
    boolean draws = older.window().filter(window -> !window.getRanges().isEmpty()).isPresent();
    return draws ? stepRecords - settings.rehearsal().records(stepRecords) : stepRecords;
  }

  private void rehearse(OffsetRange range, StepBatch batch, StepEntry step, CheckpointId checkpoint)
      throws UnprovenException, InterruptedException {
    String place = "step %d of checkpoint %s, ".formatted(step.getStep(), checkpoint);
    try {
      ConsumerRecord<String, byte[]> record = older.record(range);
      Reading reading = decode(record);
      if (!(reading instanceof Reading.Trainable)) {
        throw UnprovenException.refuted(
            "range %s: nothing to train on was rehearsed: %s".formatted(range, reading));
      }
      batch.rehearse(new FetchedRecord<>(record, reading));
    } catch (UnprovenException e) {
      throw e.at(place);
    }
  }

  /** What a record waits for may be on its way, such as a prior; it is not waited for for ever. */
  private Reading decode(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    try {
      return RetryPolicy.atStart()
          .call(
              "decode %s-%d@%d".formatted(record.topic(), record.partition(), record.offset()),
              () -> decoder.decode(record),
              new StopSignal()::await,
              new SplittableRandom());
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a decoder throws no checked exceptions", e);
    }
  }

  private ConsumerRecord<String, byte[]> next(
      OffsetRange range, int taken, StepEntry step, CheckpointId checkpoint)
      throws UnprovenException, InterruptedException {
    try {
      return log.next(range, taken);
    } catch (UnprovenException e) {
      throw e.at("step %d of checkpoint %s, ".formatted(step.getStep(), checkpoint));
    }
  }

  private void compareSkips(List<SkipEntry> found, StepEntry step, CheckpointId checkpoint)
      throws UnprovenException {
    List<String> expected = places(expectedSkips);
    expectedSkips.clear();
    if (!places(found).equals(expected)) {
      throw UnprovenException.refuted(
          "step %d of checkpoint %s: the ledger says that %s were skipped, found %s"
              .formatted(step.getStep(), checkpoint, expected, places(found)));
    }
  }

  private static List<String> places(List<SkipEntry> skips) {
    return skips.stream()
        .map(skip -> "%d@%d (%s)".formatted(skip.getPartition(), skip.getOffset(), skip.getCode()))
        // Older builds told twice of a record that was drawn twice.
        .distinct()
        .sorted()
        .toList();
  }

  private void compare(CheckpointManifest manifest) throws UnprovenException {
    CheckpointId checkpoint = CheckpointId.of(manifest);
    TrainingState.Snapshot snapshot = student.snapshot();
    equal(checkpoint, "step", manifest.getStep(), snapshot.step());
    for (Artifact artifact : manifest.getArtifacts()) {
      byte @Nullable [] trained =
          switch (artifact.getName()) {
            case LearnedWeights.WEIGHTS, LearnedWeights.ADAPTER -> snapshot.weights();
            case LearnedWeights.MOMENTS -> snapshot.moments();
            case LearnedWeights.AVERAGES -> snapshot.averages().orElse(null);
            default -> null;
          };
      if (trained != null) {
        equal(
            checkpoint,
            "SHA-256 of " + artifact.getName(),
            artifact.getSha256(),
            Sha256.of(trained));
      }
    }
    equal(checkpoint, "trained records", manifest.getTrainedRecords(), trainedRecords);
    equal(checkpoint, "trained tokens", manifest.getTrainedTokens(), trainedTokens);
    Map<Integer, Long> positions = new TreeMap<>();
    for (PartitionPosition position : manifest.getCursors().get(0).getPositions()) {
      positions.put(position.getPartition(), position.getNextOffset());
    }
    equal(checkpoint, "positions", positions, log.cursor().nextOffsets());
    Optional<LossTerms> loss =
        losses.tokens() == 0 ? Optional.empty() : Optional.of(LossTermsOf.sums(losses));
    equal(
        checkpoint,
        "rehearsal window",
        Optional.ofNullable(manifest.getRehearsal()).map(RehearsalState::getWindow),
        older.window());
    equal(checkpoint, "loss", Optional.ofNullable(manifest.getLoss()), loss);
  }

  static void equal(CheckpointId checkpoint, String what, Object expected, Object found)
      throws UnprovenException {
    if (!expected.equals(found)) {
      throw UnprovenException.refuted(
          "checkpoint %s: its manifest says %s %s, found %s"
              .formatted(checkpoint, what, expected, found));
    }
  }

  private void decodeAnew() {
    decoder.close();
    decoder =
        decoder(kafka, settings, ancestor, config, new AcceptedTeachers(teachers), operatorSkips);
  }

  private static TrainingRecordDecoder decoder(
      KafkaSettings kafka,
      TrainerSettings settings,
      CheckpointManifest ancestor,
      ModelConfig config,
      AcceptedTeachers teachers,
      List<SkippedRecord> operatorSkips) {
    IngestSettings ingest = settings.ingest();
    return new TrainingRecordDecoder(
        kafka,
        new IngestSettings(
            teachers,
            ingest.bufferRecords(),
            ingest.bufferBytes(),
            ingest.maxCondemned(),
            operatorSkips),
        StudentIdentity.of(config, ancestor.getTokenizerSha256(), settings.training().maxTokens()),
        settings.training().objective());
  }

  @Override
  public void close() {
    decoder.close();
  }
}
