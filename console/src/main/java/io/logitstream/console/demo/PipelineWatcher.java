package io.logitstream.console.demo;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads a pipeline's topics as any client can, from where they end when it opens. */
final class PipelineWatcher implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final List<Topic> TOPICS =
      List.of(
          Topic.PROMPTS,
          Topic.TEACHER_LOGITS,
          Topic.EVALUATION_LOGITS,
          Topic.TRAINING_STEPS,
          Topic.TRAINING_LEDGER,
          Topic.CHECKPOINTS);

  private final KafkaClients clients;
  private final Observations observations;
  private final Consumer<String, byte[]> consumer;
  private final Map<String, Topic> topics = new HashMap<>();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final RecordDeserializer<Prompt> prompts;
  private final RecordDeserializer<TeacherLogits> logits;
  private final RecordDeserializer<TrainingStep> steps;
  private final RecordDeserializer<LedgerEntry> ledger;
  private final RecordDeserializer<CheckpointManifest> checkpoints;
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this::watch, "watcher");
  private volatile boolean draining;

  private PipelineWatcher(KafkaClients clients, Observations observations) {
    this.clients = clients;
    this.observations = observations;
    this.consumer = clients.consumer(Map.of("max.poll.records", 2000));
    this.prompts = new RecordDeserializer<>(clients.settings(), Prompt.class);
    this.logits = new RecordDeserializer<>(clients.settings(), TeacherLogits.class);
    this.steps = new RecordDeserializer<>(clients.settings(), TrainingStep.class);
    this.ledger = new RecordDeserializer<>(clients.settings(), LedgerEntry.class);
    this.checkpoints = new RecordDeserializer<>(clients.settings(), CheckpointManifest.class);
    String prefix = clients.settings().topicPrefix();
    TOPICS.forEach(topic -> topics.put(topic.named(prefix), topic));
    Stream<String> deadLetters =
        Stream.of(Topic.values())
            .filter(Topic::hasDeadLetters)
            .map(topic -> Topic.deadLetterTopic(topic.named(prefix)));
    Stream.concat(topics.keySet().stream(), deadLetters)
        .flatMap(topic -> consumer.partitionsFor(topic).stream())
        .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
  }

  /** Opens at the topics' ends, and reads on a thread of its own from there. */
  static PipelineWatcher open(KafkaClients clients, Observations observations) {
    PipelineWatcher watcher = new PipelineWatcher(clients, observations);
    watcher.consumer.assign(watcher.partitions);
    watcher.consumer.endOffsets(watcher.partitions).forEach(watcher.consumer::seek);
    watcher.thread.setDaemon(true);
    watcher.thread.start();
    return watcher;
  }

  /** Reads on to the ends that the topics have now, a bounded time long, and closes. */
  @Override
  public void close() {
    draining = true;
    try {
      thread.join(DRAIN.plus(DRAIN).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void watch() {
    try (consumer;
        prompts;
        logits;
        steps;
        ledger;
        checkpoints) {
      while (!draining) {
        poll();
      }
      // A commit is answered a moment before committed readers see it.
      Map<TopicPartition, Long> ends = clients.uncommittedEnds(partitions);
      long deadline = System.nanoTime() + DRAIN.toNanos();
      while (!reached(ends) && System.nanoTime() - deadline < 0) {
        poll();
      }
    } catch (RuntimeException e) {
      failure.set(e);
    }
  }

  private boolean reached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void poll() {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      observe(System.nanoTime(), record);
    }
  }

  private void observe(long nanos, ConsumerRecord<String, byte[]> record) {
    Topic topic = topics.get(record.topic());
    if (topic == null) {
      observations.deadLetter();
      return;
    }
    byte[] value = record.value();
    if (value == null) {
      return; // a tombstone
    }
    switch (topic) {
      case PROMPTS -> observations.prompt(nanos, read(prompts, record));
      case TEACHER_LOGITS ->
          observations.trainingRecord(
              nanos, record.partition(), record.offset(), read(logits, record), value.length);
      case EVALUATION_LOGITS ->
          observations.evaluationRecord(nanos, read(logits, record), value.length);
      case TRAINING_STEPS -> observations.step(nanos, read(steps, record));
      case TRAINING_LEDGER -> observations.ledgerEntry(read(ledger, record));
      case CHECKPOINTS -> observations.checkpoint(nanos, read(checkpoints, record));
      case SOURCE_POSITIONS, LOGIT_PRIORS, CHECKPOINT_CHUNKS ->
          throw new IllegalStateException("not subscribed to " + record.topic());
    }
  }

  private static <T extends SpecificRecord> T read(
      RecordDeserializer<T> deserializer, ConsumerRecord<String, byte[]> record) {
    return Objects.requireNonNull(deserializer.deserialize(record.topic(), record.value()));
  }
}
