package io.logitstream.teacher;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.health.PartitionStanding;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import io.logitstream.teacher.backpressure.Backpressure;
import io.logitstream.teacher.backpressure.KafkaGroupPositions;
import io.logitstream.teacher.batching.PromptWindows;
import io.logitstream.teacher.coding.PayloadCoding;
import io.logitstream.teacher.coding.PayloadEncoder;
import io.logitstream.teacher.coding.PriorKeeper;
import io.logitstream.teacher.intake.CondemnationSettings;
import io.logitstream.teacher.intake.IntakeEvents;
import io.logitstream.teacher.intake.LogitsLimit;
import io.logitstream.teacher.intake.PromptIntake;
import io.logitstream.teacher.intake.PromptPreparation;
import io.logitstream.teacher.publishing.Outbox;
import io.logitstream.teacher.publishing.TeacherLogitsAssembler;
import io.logitstream.teacher.publishing.TransactionalPublisher;
import io.logitstream.teacher.scoring.PayloadSizes;
import io.logitstream.teacher.scoring.TeacherEncoding;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores prompts and publishes the teacher's logits, exactly once to those who read committed
 * records: windows, dead letters and the offsets of their prompts share transactions. Any number of
 * instances share the partitions of a group.
 *
 * <p>After a failure that the environment may mend it begins again from the committed offsets, with
 * clients of its own; the producer keeps its transactional id, which ends what was left open.
 */
public final class TeacherService implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(TeacherService.class);
  private static final String COMPONENT = "teacher";
  private static final int MAX_FETCHED_PROMPTS = 200;
  private static final String HEARTBEAT_INTERVAL = "heartbeat.interval.ms";
  private static final int HEARTBEATS_OF_SESSION = 3;
  private static final int POLLS_OF_INTERVAL = 3;
  private static final int LONGEST_HEARTBEAT_INTERVAL_MS = 3000;

  /** Failures of Kafka's clients in a row, without a committed transaction between them. */
  private static final int MAX_CLIENT_FAILURES = 10;

  private final TeacherSettings settings;
  private final CondemnationSettings condemnation;
  private final KafkaSettings kafka;
  private final TopicSettings topics;
  private final MeterRegistry meters;
  private final Health health;
  private final RetryPolicy retries = RetryPolicy.patient();
  private final TeacherProgress progress = new TeacherProgress();
  private final TeacherPorts ports;
  private final RandomGenerator random;
  private final String transactionalId;
  private final GivenUpCycles givenUp;
  private volatile @Nullable String teacher;
  private volatile List<PartitionStanding> partitions = List.of();
  private int failuresInRow;

  /**
   * @param meters receives the meters of the teacher and of its Kafka clients
   * @param health is told when the teacher is at work
   */
  public TeacherService(Configuration configuration, MeterRegistry meters, Health health) {
    this(configuration, meters, health, TeacherPorts.production());
  }

  /**
   * As the other constructor.
   *
   * @param ports what the teacher touches of the world
   */
  public TeacherService(
      Configuration configuration, MeterRegistry meters, Health health, TeacherPorts ports) {
    this.settings = TeacherSettings.from(configuration);
    this.condemnation = CondemnationSettings.from(configuration);
    this.kafka = KafkaSettings.from(configuration);
    this.topics = TopicSettings.from(configuration);
    this.meters = meters;
    this.health = health;
    this.ports = ports;
    this.random = ports.execution().random();
    this.transactionalId = "%s%s-%s".formatted(topics.prefix(), settings.group(), ports.instance());
    this.givenUp = new GivenUpCycles(health, settings.batchTokens(), settings.maxPollInterval());
    progress.bindTo(meters);
    health.ready(COMPONENT, false, "not started");
  }

  /** Every setting that the service reads. */
  public static List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(KafkaSettings.SETTINGS);
    all.addAll(TopicSettings.SETTINGS);
    all.addAll(TeacherSettings.SETTINGS);
    all.addAll(CondemnationSettings.SETTINGS);
    return List.copyOf(all);
  }

  /** How far it has come, for any thread. */
  public TeacherProgress.Snapshot progress() {
    return progress.snapshot();
  }

  /** How it stands, for any thread. */
  public TeacherStatus status() {
    TeacherProgress.Snapshot now = progress.snapshot();
    return new TeacherStatus(
        teacher,
        settings.group(),
        partitions,
        now.prompts(),
        now.windows(),
        now.scoredTokens(),
        now.tokensPerSecond(),
        now.paused(),
        now.deadLetters());
  }

  @Override
  public void run(StopSignal stop) throws Exception {
    health.ready(COMPONENT, false, "loading the model");
    KafkaClients clients =
        new KafkaClients(kafka, "logitstream-teacher", meters, ports.log(), ports.execution());
    try (TeacherModel model = ports.model().open(settings);
        Priors priors = priors(clients, model)) {
      teacher = "%s@%s".formatted(model.identity().getName(), model.identity().getRevision());
      LOGGER.info(
          "teacher {}: {} to train on, {} held out",
          teacher,
          settings.encoding(),
          settings.effectiveEvaluationEncoding());
      while (!stop.requested()) {
        try {
          work(clients, model, priors, stop);
        } catch (RuntimeException e) {
          pauseOrFail(e, stop);
        }
      }
    } finally {
      givenUp.end();
      health.gone(COMPONENT);
    }
  }

  /** The keeper of the teacher's priors; none where nothing is coded. */
  private record Priors(Optional<PriorKeeper> keeper) implements AutoCloseable {
    void begin() {
      keeper.ifPresent(PriorKeeper::begin);
    }

    @Override
    public void close() throws InterruptedException {
      if (keeper.isPresent()) {
        keeper.get().close();
      }
    }
  }

  private Priors priors(KafkaClients clients, TeacherModel model) {
    boolean coded =
        settings.coding().coding() == PayloadCoding.CODED
            && (settings.uses(TeacherEncoding.SAMPLED) || settings.uses(TeacherEncoding.TOP_K))
            && model.identity().getVocabularySize() <= ContextPrior.MAX_VOCABULARY;
    return new Priors(
        coded
            ? Optional.of(
                new PriorKeeper(clients, model.identity(), settings.coding().schedule(), meters))
            : Optional.empty());
  }

  private void work(KafkaClients clients, TeacherModel model, Priors priors, StopSignal stop) {
    try (Admin admin = clients.admin();
        RecordDeserializer<Prompt> deserializer = new RecordDeserializer<>(kafka, Prompt.class);
        RecordSerializer serializer = new RecordSerializer(kafka)) {
      Topics.verify(admin, verified());
      priors.begin();
      String prompts = Topic.PROMPTS.named(topics.prefix());
      Outbox outbox =
          new Outbox(
              serializer,
              destination(admin, Topic.TEACHER_LOGITS),
              destination(admin, Topic.EVALUATION_LOGITS));
      PromptWindows windows =
          new PromptWindows(
              model.tokenizer(),
              model.conversations(),
              settings.windows(),
              settings.maxPromptTokens());
      try (TransactionalPublisher publisher =
              new TransactionalPublisher(
                  clients.transactionalProducer(
                      transactionalId, settings.transactionTimeout(), producerOverrides()));
          Consumer<String, byte[]> consumer = clients.consumer(consumerOverrides())) {
        TeacherLoop loop =
            new TeacherLoop(
                settings,
                new Backpressure(
                    settings.backpressure(),
                    new KafkaGroupPositions(
                        admin, outbox.teacherLogits().topic(), outbox.teacherLogits().partitions()),
                    ports.execution()::nanos),
                new PromptIntake(
                    consumer,
                    prompts,
                    () -> Topics.identity(admin, prompts).id(),
                    new PromptPreparation(
                        deserializer, windows, logitsLimit(model), condemnation.skips()),
                    new Events(),
                    settings.maxPollInterval().dividedBy(POLLS_OF_INTERVAL),
                    ports.execution()),
                model.training(),
                model.evaluation(),
                new TeacherLogitsAssembler(
                    model.identity(),
                    model.computeType(),
                    new PayloadEncoder(priors.keeper(), model.sizing()),
                    ports.execution()::now),
                outbox,
                new DeadLetters(COMPONENT, Topic.PROMPTS, meters),
                publisher,
                progress,
                condemnation.maxInARow(),
                givenUp,
                ports.execution());
        health.ready(COMPONENT, true, "at work");
        loop.run(stop, () -> failuresInRow = 0);
      }
    }
  }

  private void pauseOrFail(RuntimeException failure, StopSignal stop) throws InterruptedException {
    FailureKind kind = KafkaFailures.kindOf(failure);
    failuresInRow++;
    // The transactional id is this instance's own: fencing means that a transaction timed out.
    boolean mendable =
        kind == FailureKind.RETRYABLE
            || (failure instanceof KafkaException
                && kind != FailureKind.CONFIGURATION
                && failuresInRow < MAX_CLIENT_FAILURES);
    if (!mendable) {
      throw failure;
    }
    Duration pause = retries.pause(failuresInRow, random);
    String why =
        failure instanceof LogitstreamException known
            ? String.valueOf(known.getMessage())
            : failure.toString();
    LOGGER.warn(
        "nothing was committed; beginning again from the committed offsets in {} ms: {}. {}",
        pause.toMillis(),
        why,
        kafka.lookedFor());
    LOGGER.debug("the failure", failure);
    health.ready(COMPONENT, false, why);
    stop.await(pause);
  }

  private List<TopicSpecification> verified() {
    return List.of(
        topics.specification(Topic.PROMPTS),
        Topic.PROMPTS.deadLetterSpecification(topics.prefix(), topics.replicationFactor()),
        topics.specification(Topic.TEACHER_LOGITS),
        topics.specification(Topic.EVALUATION_LOGITS),
        topics.specification(Topic.LOGIT_PRIORS));
  }

  private LogitsLimit logitsLimit(TeacherModel model) {
    return new LogitsLimit(
        new PayloadSizes(
            model.identity().getVocabularySize(), settings.topK(), settings.sampleSize()),
        settings.encoding(),
        settings.effectiveEvaluationEncoding(),
        settings.maxPromptBytes());
  }

  private Outbox.Destination destination(Admin admin, Topic topic) {
    String name = topic.named(topics.prefix());
    return new Outbox.Destination(name, Topics.identity(admin, name).partitions());
  }

  private Map<String, Object> consumerOverrides() {
    int sessionMs = Math.toIntExact(settings.sessionTimeout().toMillis());
    Map<String, Object> overrides = new HashMap<>();
    Set<String> given = kafka.passThrough().keySet();
    if (!given.contains(HEARTBEAT_INTERVAL) && !given.contains("consumer." + HEARTBEAT_INTERVAL)) {
      // A member must be heard several times in a session, however short that is.
      overrides.put(
          HEARTBEAT_INTERVAL,
          Math.min(sessionMs / HEARTBEATS_OF_SESSION, LONGEST_HEARTBEAT_INTERVAL_MS));
    }
    overrides.put("group.id", settings.group());
    overrides.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    overrides.put("session.timeout.ms", sessionMs);
    overrides.put("max.poll.interval.ms", Math.toIntExact(settings.maxPollInterval().toMillis()));
    overrides.put("max.poll.records", MAX_FETCHED_PROMPTS);
    return overrides;
  }

  private static Map<String, Object> producerOverrides() {
    return Map.of("linger.ms", 5);
  }

  private final class Events implements IntakeEvents {
    @Override
    public void waiting(Optional<String> why) {
      health.ready(COMPONENT, why.isEmpty(), why.orElse("at work"));
    }

    @Override
    public void lost(long offsets) {
      progress.lost(offsets);
    }

    @Override
    public void cut(long offsets) {
      progress.cut(offsets);
    }

    @Override
    public void standing(List<PartitionStanding> now) {
      partitions = List.copyOf(now);
    }
  }
}
