package io.logitstream.trainer;

import io.logitstream.checkpoints.Ancestors;
import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.CheckpointSweeper;
import io.logitstream.checkpoints.ChunkUploader;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.Resources;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.Verdict;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import io.logitstream.trainer.evaluation.EvaluationResults;
import io.logitstream.trainer.evaluation.PinnedEvaluation;
import io.logitstream.trainer.gate.Gate;
import io.logitstream.trainer.gate.GateOutcome;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.ingest.TrainingRecordDecoder;
import io.logitstream.trainer.planning.CanonicalPlanner;
import io.logitstream.trainer.recovery.CheckpointDraft;
import io.logitstream.trainer.recovery.CheckpointPlace;
import io.logitstream.trainer.recovery.CheckpointWriter;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunPosition;
import io.logitstream.trainer.rehearsal.Rehearsal;
import io.logitstream.trainer.training.BatchFiller;
import io.logitstream.trainer.training.LogIdentity;
import io.logitstream.trainer.training.Telemetry;
import io.logitstream.trainer.training.TrainerClock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One start of a run, wired: takes the run over, and goes on from its newest checkpoint. */
final class TrainingSession implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingSession.class);

  private final TrainerSettings settings;
  private final KafkaClients clients;
  private final Surroundings surroundings;
  private final MeterRegistry meters;
  private final Health health;
  private final TrainerProgress progress;
  private final TrainerClock clock;
  private final Execution execution;
  private final Resources resources = new Resources();
  private final AtomicBoolean committed = new AtomicBoolean();
  private final AtomicBoolean grown = new AtomicBoolean();
  private boolean swept;
  private long sweptNanos;
  private long incarnation;

  /** What an operator accepts at a start is not accepted for what is lost later. */
  private final boolean isFirst;

  /** What all sessions of a trainer have in common. */
  record Surroundings(
      KafkaSettings kafka,
      TopicSettings topics,
      MeterRegistry meters,
      TrainerMeters trainerMeters,
      Health health,
      TrainerProgress progress,
      TrainerPorts ports) {}

  /**
   * @param ownIncarnation the newest incarnation that this trainer has started, 0 before its first
   */
  TrainingSession(TrainerSettings settings, Surroundings surroundings, long ownIncarnation) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.meters = surroundings.meters();
    this.execution = surroundings.ports().execution();
    this.clients =
        new KafkaClients(
            surroundings.kafka(),
            "trainer-" + settings.run(),
            meters,
            surroundings.ports().log(),
            execution);
    this.health = surroundings.health();
    this.progress = surroundings.progress();
    this.clock = TrainerClock.of(execution);
    this.incarnation = ownIncarnation;
    this.isFirst = ownIncarnation == 0;
  }

  /** The newest incarnation that this trainer has started; 0 before its first. */
  long incarnation() {
    return incarnation;
  }

  /** Whether this session has committed a checkpoint. */
  boolean hasCommitted() {
    return committed.get();
  }

  /** Whether the topic has gained partitions: another session reads them too. */
  boolean mustReopen() {
    return grown.get();
  }

  /** Takes the run over, and trains. */
  void run(StopSignal stop) throws InterruptedException {
    StopSignal ending = new StopSignal(execution);
    // The wish to stop outlives the session, and must not keep what it held.
    resources.add(stop.onRequest(ending::request));
    Admin admin = resources.add(clients.admin());
    Topics.verify(admin, verified());
    TopicIdentity logits = Topics.identity(admin, name(Topic.TEACHER_LOGITS));
    CheckpointCommitter committer =
        resources.add(
            new CheckpointCommitter(
                clients, settings.run(), settings.checkpoint().transactionTimeout()));
    OpenedRun run =
        OpenedRun.open(
            settings, clients, committer, incarnation, surroundings.ports().compute(), clock);
    resources.add(run.student());
    incarnation = run.takeover().incarnation();
    Optional<CheckpointManifest> newest = run.resumed();
    newest.ifPresent(surroundings.trainerMeters()::checkpointStands);
    newest.ifPresent(progress::checkpointStands);
    CheckpointSweeper sweeper =
        new CheckpointSweeper(clients, settings.run(), committer, settings.checkpoint().expiry());
    sweeper.sweepOrphans(run.takeover().newest(), incarnation);

    Consumer<String, byte[]> consumer =
        clients.consumer(Map.of("group.id", settings.run(), "max.poll.records", 64));
    resources.add(consumer);
    PendingLedger pending =
        new PendingLedger(
            settings.run(), run.takeover().incarnation(), settings.ingest().maxCondemned());
    RunChanges changes =
        new RunChanges(run.facts().configuration(), run.facts().teachers(), logits);
    LiveCursor cursor =
        StartingCursor.find(
            consumer,
            logits,
            newest,
            run.source(),
            settings,
            settings.acceptLoss() && isFirst,
            changes,
            pending,
            clock);
    if (!run.damage().isEmpty()) {
      newest.ifPresent(whole -> pending.rollback(pastDamage(whole, run.damage()), clock.now()));
    }
    RunPosition position =
        new RunPosition(
            cursor,
            run.takeover().newest().map(CheckpointManifest::getSequence).orElse(-1L),
            newest);
    run.source().ifPresent(position::beginWith);
    Gate gate =
        new Gate(
            settings.gate(),
            newest,
            newest.flatMap(
                manifest ->
                    Ancestors.lastAccepted(Ancestors.of(run.takeover().manifests(), manifest))));
    StudentIdentity student = identity(run);
    PartitionBuffers<FetchedRecord<Reading>> log =
        new PartitionBuffers<>(
            logits.partitions(),
            settings.ingest().bufferRecords(),
            settings.ingest().bufferBytes(),
            execution);
    // Who waits for a record must not miss the wish to stop.
    ending.onRequest(log::end);
    KafkaFeed<Reading> feed = startFeed(consumer, cursor, log, student);
    Runnable onGrowth =
        () -> {
          if (!grown.getAndSet(true)) {
            LOGGER.info("topic {} has gained partitions: the run is opened again", logits.name());
            ending.request();
          }
        };
    CheckpointWriter checkpoints =
        checkpointWriter(run, committer, sweeper, admin, cursor, onGrowth);
    Optional<Rehearsal> rehearsal = rehearsal(run, cursor, student, pending);
    rehearsal.ifPresent(older -> ending.onRequest(older::end));
    if (newest.isEmpty()) {
      writeInitial(run, position, pending, checkpoints, gate, rehearsal);
    }
    Optional<PinnedEvaluation> evaluation = evaluation(admin, run, student);

    BatchFiller filler =
        new BatchFiller(
            new CanonicalPlanner<>(log, settings.plan().turnRecords(), cursor.nextPartition()),
            log,
            settings.plan().stepRecords(),
            settings.stopWhenIdle() ? Optional.of(settings.idleTime()) : Optional.empty(),
            clock);
    StepReport report =
        new StepReport(
            settings,
            run.takeover().incarnation(),
            position,
            feed,
            filler,
            evaluation,
            resources.add(new Telemetry(clients, meters)),
            progress,
            surroundings.trainerMeters(),
            clock);
    progress.phase(TrainerProgress.Phase.WAITING);
    health.ready(StudentTrainer.COMPONENT, true, "trains as records arrive");
    new TrainingLoop(
            settings,
            new TrainingLoop.Parts(
                position,
                feed,
                filler,
                rehearsal,
                run.student(),
                evaluation,
                pending,
                checkpoints,
                gate,
                changes,
                () -> Rollback.find(clients, settings.run(), settings.training()),
                report,
                deadLetters(Topic.TEACHER_LOGITS)),
            newest.map(TrainingSession::isUnmeasured).orElse(false),
            new LogIdentity(LiveCursor.NAME, logits),
            onGrowth,
            clock)
        .run(ending);
  }

  @Override
  public void close() throws Exception {
    resources.close();
  }

  /** The topics that a trainer reads or writes: it may have no right to look at others. */
  private List<TopicSpecification> verified() {
    String prefix = clients.settings().topicPrefix();
    Set<String> foreign =
        Set.of(
            Topic.PROMPTS.named(prefix),
            Topic.deadLetterTopic(Topic.PROMPTS.named(prefix)),
            Topic.SOURCE_POSITIONS.named(prefix));
    return surroundings.topics().pipeline().stream()
        .filter(topic -> !foreign.contains(topic.name()))
        .toList();
  }

  private String name(Topic topic) {
    return topic.named(clients.settings().topicPrefix());
  }

  private DeadLetters deadLetters(Topic topic) {
    return new DeadLetters("student-trainer", topic, meters);
  }

  private StudentIdentity identity(OpenedRun run) {
    return StudentIdentity.of(
        run.model().config(), run.model().tokenizerSha256(), settings.training().maxTokens());
  }

  private KafkaFeed<Reading> startFeed(
      Consumer<String, byte[]> consumer,
      LiveCursor cursor,
      PartitionBuffers<FetchedRecord<Reading>> log,
      StudentIdentity student) {
    TrainingRecordDecoder decoder = decoder(student);
    KafkaFeed<Reading> feed =
        resources.add(
            KafkaFeed.start(
                "trainer-feed",
                consumer,
                cursor.topic().name(),
                cursor.positions(),
                settings.replay().untilOffsets(),
                log,
                decoder,
                health,
                execution));
    feed.commit(cursor.nextOffsets());
    progress.partitions(feed::standings);
    resources.add((AutoCloseable) () -> progress.partitions(List::of));
    return feed;
  }

  private CheckpointWriter checkpointWriter(
      OpenedRun run,
      CheckpointCommitter committer,
      CheckpointSweeper sweeper,
      Admin admin,
      LiveCursor cursor,
      Runnable onGrowth) {
    ChunkUploader uploader =
        resources.add(new ChunkUploader(clients, settings.run(), run.takeover().incarnation()));
    return resources.add(
        new CheckpointWriter(
            run.facts(),
            uploader,
            committer,
            () -> {
              if (hasGrown(admin, cursor)) {
                onGrowth.run();
              }
            },
            (manifest, weightsSha256) -> {
              committed.set(true);
              surroundings.trainerMeters().checkpointStands(manifest);
              progress.checkpointCommitted(manifest, weightsSha256);
            },
            () -> sweepIfDue(sweeper),
            execution,
            meters));
  }

  private static boolean hasGrown(Admin admin, LiveCursor cursor) {
    TopicIdentity now = Topics.identity(admin, cursor.topic().name());
    cursor.check(now);
    return now.partitions() > cursor.topic().partitions();
  }

  private static void writeInitial(
      OpenedRun run,
      RunPosition position,
      PendingLedger pending,
      CheckpointWriter checkpoints,
      Gate gate,
      Optional<Rehearsal> rehearsal)
      throws InterruptedException {
    CheckpointPlace place = position.nextCheckpoint(run.student().step());
    checkpoints.write(
        new CheckpointDraft(
            place,
            run.student().snapshot(),
            position.cursor().inManifest(),
            pending.drain(place.sequence()),
            position.trainedTokens(),
            position.trainedRecords(),
            EvaluationResults.NONE,
            gate.isOn() ? GateOutcome.BETWEEN_STEPS : GateOutcome.NO_GATE,
            Map.of(),
            List.of(),
            rehearsal.map(Rehearsal::inManifest)));
    checkpoints.await();
  }

  private Optional<Rehearsal> rehearsal(
      OpenedRun run, LiveCursor cursor, StudentIdentity student, PendingLedger pending) {
    if (!settings.rehearsal().isOn()) {
      return Optional.empty();
    }
    RehearsalState saved =
        run.resumed().or(run::source).map(CheckpointManifest::getRehearsal).orElse(null);
    Rehearsal rehearsal =
        resources.add(
            Rehearsal.start(
                settings.rehearsal(),
                settings.plan().stepRecords(),
                settings.training().seed(),
                cursor.topic(),
                clients,
                decoder(student),
                clock,
                saved));
    rehearsal
        .begin(saved, cursor.nextOffsets())
        .ifPresent(window -> pending.rehearsalWindow(window, clock.now()));
    return Optional.of(rehearsal);
  }

  private TrainingRecordDecoder decoder(StudentIdentity student) {
    return resources.add(
        new TrainingRecordDecoder(
            clients.settings(), settings.ingest(), student, settings.training().objective()));
  }

  private static boolean isUnmeasured(CheckpointManifest manifest) {
    return manifest.getSequence() > 0 && manifest.getVerdict() == Verdict.UNGATED;
  }

  /** A checkpoint that cannot be read is gone round: from the one before, on the same records. */
  private static RollbackEntry pastDamage(CheckpointManifest whole, List<String> damage) {
    return RollbackEntry.newBuilder()
        .setToSequence(whole.getSequence())
        .setReason("damaged: " + String.join("; ", damage))
        .setPositionsToo(true)
        .build();
  }

  private void sweepIfDue(CheckpointSweeper sweeper) {
    if (settings.checkpoint().expiry().keepsAll()
        || (swept && clock.nanos() - sweptNanos < settings.checkpoint().sweepEvery().toNanos())) {
      return;
    }
    sweeper.sweep(clock.now());
    swept = true;
    sweptNanos = clock.nanos();
  }

  private Optional<PinnedEvaluation> evaluation(
      Admin admin, OpenedRun run, StudentIdentity student) {
    if (settings.evaluation().windows() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        resources.add(
            new PinnedEvaluation(
                clients,
                Topics.identity(admin, name(Topic.EVALUATION_LOGITS)),
                settings.evaluation(),
                settings.ingest().teachers(),
                student,
                run.takeover().evaluationSets(),
                run.takeover().skips(),
                deadLetters(Topic.EVALUATION_LOGITS),
                settings.ingest().maxCondemned(),
                health)));
  }
}
