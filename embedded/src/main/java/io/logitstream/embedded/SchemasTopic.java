package io.logitstream.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The compacted topic {@code _schemas}. A transactional producer makes its writer the only one: a
 * second registry on the same broker takes over, and the first one's writes fail instead of giving
 * one ID to two schemas.
 */
final class SchemasTopic implements AutoCloseable {

  private static final TopicPartition PARTITION = new TopicPartition("_schemas", 0);
  private static final int TIMEOUT_MS = 30_000;

  private final String bootstrapServers;
  private final KafkaProducer<String, @Nullable String> producer;

  private SchemasTopic(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "client.id",
                "embedded-registry",
                "transactional.id",
                "embedded-registry",
                "transaction.timeout.ms",
                10_000,
                "max.block.ms",
                TIMEOUT_MS,
                "delivery.timeout.ms",
                TIMEOUT_MS,
                "request.timeout.ms",
                10_000),
            new StringSerializer(),
            new StringSerializer());
  }

  /** Creates the topic when it is missing. */
  static SchemasTopic open(String bootstrapServers) {
    Map<String, Object> admin =
        Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", TIMEOUT_MS);
    NewTopic topic =
        new NewTopic(PARTITION.topic(), Optional.of(1), Optional.empty())
            .configs(Map.of("cleanup.policy", "compact"));
    try (Admin client = Admin.create(admin)) {
      client.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new EmbeddedStartException(
            "Could not create the topic " + PARTITION.topic() + " at " + bootstrapServers,
            e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedStartException("Interrupted while creating " + PARTITION.topic(), e);
    }
    return new SchemasTopic(bootstrapServers);
  }

  /** Takes the topic over from an earlier writer, and reads all that was committed. */
  void takeOver(BiConsumer<String, @Nullable String> reader) {
    producer.initTransactions();
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "isolation.level", "read_committed",
            "default.api.timeout.ms", TIMEOUT_MS);
    try (KafkaConsumer<String, @Nullable String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      // No other writer is left, so that the committed end is the true end.
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(PARTITION)).get(PARTITION));
      while (consumer.position(PARTITION) < end) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> reader.accept(record.key(), record.value()));
      }
    }
  }

  /** Writes one record and returns when it is committed. */
  void write(String key, @Nullable String value) {
    try {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), key, value));
      producer.commitTransaction();
    } catch (KafkaException e) {
      abortAfter(e);
      throw RegistryException.storeFailed(e);
    }
  }

  private void abortAfter(KafkaException failure) {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // A producer that was taken over, or whose commit is in doubt, cannot abort.
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
