package io.logitstream.priors;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.MalformedPriorException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.topics.Topic;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds priors on their topic and reads them. It remembers where chunks lie, not what they hold:
 * memory is bounded by one prior. For one thread.
 */
public final class PriorReader implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PriorReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);

  private final TopicPartition partition;
  private final Consumer<String, byte[]> consumer;
  private final RecordDeserializer<LogitPriorChunk> deserializer;
  private PriorIndex index = new PriorIndex();
  private long indexed;

  /** Reads nothing yet. */
  public PriorReader(KafkaClients clients) {
    this.partition =
        new TopicPartition(Topic.LOGIT_PRIORS.named(clients.settings().topicPrefix()), 0);
    // Chunks are in no transaction.
    this.consumer =
        clients.consumer(
            Map.of(
                "isolation.level",
                "read_uncommitted",
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                1));
    this.deserializer = new RecordDeserializer<>(clients.settings(), LogitPriorChunk.class);
    consumer.assign(List.of(partition));
  }

  /**
   * The newest whole prior of those that are wanted, of all that the topic has now.
   *
   * @throws LogitstreamException with the kind of the failure if the topic cannot be read
   */
  public Optional<PriorDescription> newest(Predicate<PriorDescription> wanted) {
    refresh();
    return index.newest(wanted);
  }

  /**
   * Reads a prior.
   *
   * @return the prior; empty if it is not there, not whole or not readable: see {@link #state}
   * @throws LogitstreamException with the kind of the failure if the topic cannot be read
   */
  public Optional<ContextPrior> fetch(String sha256) {
    refresh();
    Optional<long[]> offsets = index.offsets(sha256);
    return offsets.isPresent() ? assemble(sha256, offsets.get()) : Optional.empty();
  }

  /** What is there of a prior that could not be fetched, for people. */
  public String state(String sha256) {
    return "topic %s: %s".formatted(partition.topic(), index.state(sha256));
  }

  private Optional<ContextPrior> assemble(String sha256, long[] offsets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (long offset : offsets) {
      Optional<LogitPriorChunk> chunk = chunkAt(offset);
      if (chunk.isEmpty()) {
        return Optional.empty();
      }
      byte[] piece = new byte[chunk.get().getBytes().remaining()];
      chunk.get().getBytes().duplicate().get(piece);
      bytes.writeBytes(piece);
    }
    try {
      ContextPrior prior = ContextPrior.read(bytes.toByteArray());
      if (prior.sha256().equals(sha256)) {
        return Optional.of(prior);
      }
      LOGGER.warn("the chunks of prior {} make prior {}", sha256, prior.sha256());
    } catch (MalformedPriorException e) {
      LOGGER.warn("prior {} cannot be read: {}", sha256, e.getMessage());
    }
    return Optional.empty();
  }

  private Optional<LogitPriorChunk> chunkAt(long offset) {
    try {
      consumer.seek(partition, offset);
      long startNanos = System.nanoTime();
      while (true) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          // Compaction may have taken it away since.
          return record.offset() == offset ? chunk(record) : Optional.empty();
        }
        refuseSilence(startNanos, offset);
      }
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  private void refresh() {
    try {
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long beginning = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (end < indexed) {
        // The topic was deleted and created again.
        index = new PriorIndex();
        indexed = 0;
      }
      indexed = Math.max(indexed, beginning);
      consumer.seek(partition, indexed);
      long progressNanos = System.nanoTime();
      while (consumer.position(partition) < end) {
        long before = consumer.position(partition);
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          chunk(record).ifPresent(chunk -> index(record, chunk));
        }
        indexed = consumer.position(partition);
        if (indexed > before) {
          progressNanos = System.nanoTime();
        }
        refuseSilence(progressNanos, indexed);
      }
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  private void index(ConsumerRecord<String, byte[]> record, LogitPriorChunk chunk) {
    index
        .add(record.offset(), chunk)
        .ifPresent(
            wrong ->
                LOGGER.warn(
                    "chunk {} of prior {} at {}@{} is damaged and passed over: {}",
                    chunk.getIndex(),
                    chunk.getPriorSha256(),
                    partition,
                    record.offset(),
                    wrong));
  }

  private Optional<LogitPriorChunk> chunk(ConsumerRecord<String, byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(deserializer.deserialize(record.topic(), record.value()));
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON) {
        throw e;
      }
      LOGGER.warn(
          "{}@{} is no chunk of a prior and passed over: {}",
          partition,
          record.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }

  private void refuseSilence(long sinceNanos, long offset) {
    if (System.nanoTime() - sinceNanos > LONGEST_SILENCE.toNanos()) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "nothing arrived from %s at %d within %d s"
              .formatted(partition, offset, LONGEST_SILENCE.toSeconds()));
    }
  }

  private LogitstreamException unreadable(KafkaException e) {
    return new LogitstreamException(
        KafkaFailures.kindOf(e), "could not read priors from %s: %s".formatted(partition, e), e);
  }

  @Override
  public void close() {
    consumer.close();
    deserializer.close();
  }
}
