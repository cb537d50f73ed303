package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.ChunkUploader;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.evaluation.PinnedEvaluation;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.ingest.TrainingRecordDecoder;
import io.logitstream.trainer.planning.CanonicalPlanner;
import io.logitstream.trainer.recovery.CheckpointDraft;
import io.logitstream.trainer.recovery.CheckpointWriter;
import io.logitstream.trainer.recovery.LiveCursor;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunPosition;
import io.logitstream.trainer.training.BatchFiller;
import io.logitstream.trainer.training.LogIdentity;
import io.logitstream.trainer.training.Telemetry;
import io.logitstream.trainer.training.TrainerClock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Resources resources = new Resources();
  private final AtomicBoolean committed = new AtomicBoolean();
  private long incarnation;

  /** What all sessions of a trainer have in common. */
  record Surroundings(
      KafkaSettings kafka,
      TopicSettings topics,
      MeterRegistry meters,
      TrainerMeters trainerMeters,
      Health health,
      TrainerProgress progress,
      TrainerClock clock) {}

  /**
   * @param ownIncarnation the newest incarnation that this trainer has started, 0 before its first
   */
  TrainingSession(TrainerSettings settings, Surroundings surroundings, long ownIncarnation) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.meters = surroundings.meters();
    this.clients = new KafkaClients(surroundings.kafka(), "trainer-" + settings.run(), meters);
    this.health = surroundings.health();
    this.progress = surroundings.progress();
    this.clock = surroundings.clock();
    this.incarnation = ownIncarnation;
  }

  /** The newest incarnation that this trainer has started; 0 before its first. */
  long incarnation() {
    return incarnation;
  }

  /** Whether this session has committed a checkpoint. */
  boolean hasCommitted() {
    return committed.get();
  }

  /** Takes the run over, and trains. */
  void run(StopSignal stop) throws InterruptedException {
    Admin admin = resources.add(clients.admin());
    Topics.verify(admin, surroundings.topics().pipeline());
    TopicIdentity logits = Topics.identity(admin, name(Topic.TEACHER_LOGITS));
    CheckpointCommitter committer =
        resources.add(
            new CheckpointCommitter(
                clients, settings.run(), settings.checkpoint().transactionTimeout()));
    OpenedRun run = OpenedRun.open(settings, clients, committer, incarnation, clock);
    resources.add(run.student());
    incarnation = run.takeover().incarnation();
    Optional<CheckpointManifest> newest = run.takeover().newest();

    Consumer<String, byte[]> consumer =
        clients.consumer(Map.of("group.id", settings.run(), "max.poll.records", 64));
    resources.add(consumer);
    PendingLedger pending =
        new PendingLedger(
            settings.run(), run.takeover().incarnation(), settings.ingest().maxCondemned());
    LiveCursor cursor = StartingCursor.find(consumer, logits, newest, settings, pending, clock);
    RunPosition position = new RunPosition(cursor, newest);
    StudentIdentity student = identity(run);
    PartitionBuffers<FetchedRecord<Reading>> log =
        new PartitionBuffers<>(
            logits.partitions(),
            settings.ingest().bufferRecords(),
            settings.ingest().bufferBytes());
    // Who waits for a record must not miss the wish to stop.
    stop.onRequest(log::end);
    KafkaFeed<Reading> feed = startFeed(consumer, cursor, log, student);
    CheckpointWriter checkpoints = checkpointWriter(run, committer, admin, cursor);
    if (newest.isEmpty()) {
      writeInitial(run, position, pending, checkpoints);
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
                run.student(),
                evaluation,
                pending,
                checkpoints,
                report,
                deadLetters(Topic.TEACHER_LOGITS)),
            new LogIdentity(LiveCursor.NAME, logits),
            clock)
        .run(stop);
  }

  @Override
  public void close() throws Exception {
    resources.close();
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
    TrainingRecordDecoder decoder =
        resources.add(
            new TrainingRecordDecoder(
                clients.settings(), settings.ingest(), student, settings.training().objective()));
    KafkaFeed<Reading> feed =
        resources.add(
            KafkaFeed.start(
                "trainer-feed",
                consumer,
                cursor.topic().name(),
                cursor.positions(),
                log,
                decoder,
                health));
    feed.commit(cursor.nextOffsets());
    return feed;
  }

  private CheckpointWriter checkpointWriter(
      OpenedRun run, CheckpointCommitter committer, Admin admin, LiveCursor cursor) {
    ChunkUploader uploader =
        resources.add(new ChunkUploader(clients, settings.run(), run.takeover().incarnation()));
    return resources.add(
        new CheckpointWriter(
            run.facts(),
            uploader,
            committer,
            () -> checkTopic(admin, cursor),
            (manifest, weightsSha256) -> {
              committed.set(true);
              progress.checkpointCommitted(manifest, weightsSha256);
            },
            clock,
            meters));
  }

  private static void checkTopic(Admin admin, LiveCursor cursor) {
    TopicIdentity now = Topics.identity(admin, cursor.topic().name());
    cursor.check(now);
    if (now.partitions() > cursor.topic().partitions()) {
      LOGGER.warn(
          "topic {} has {} partitions, {} of them are read: start the trainer again to read all",
          now.name(),
          now.partitions(),
          cursor.topic().partitions());
    }
  }

  private static void writeInitial(
      OpenedRun run, RunPosition position, PendingLedger pending, CheckpointWriter checkpoints)
      throws InterruptedException {
    long sequence = position.nextCheckpoint(0);
    checkpoints.write(
        new CheckpointDraft(
            sequence,
            run.student().snapshot(),
            position.cursor().inManifest(),
            pending.drain(sequence),
            0,
            0,
            Map.of(),
            List.of()));
    checkpoints.await();
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
