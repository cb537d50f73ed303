package io.logitstream.platform.kafka;

import io.logitstream.platform.lifecycle.Execution;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Makes Kafka clients whose defaults fit the pipeline: bounded, exactly-once, room for records of 9
 * MiB. The caller closes what it is given. Clients of one instance have different client ids.
 */
public final class KafkaClients {
  /** The largest request and fetch of a record, in bytes: dead letters of 9 MiB and their frame. */
  public static final int MAX_RECORD_BYTES = 10 << 20;

  private final KafkaSettings settings;
  private final String clientIdPrefix;
  private final @Nullable MeterRegistry meters;
  private final ClientSource source;
  private final Execution execution;
  private final AtomicInteger made = new AtomicInteger();

  /** Clients without meters. */
  public KafkaClients(KafkaSettings settings, String clientIdPrefix) {
    this(settings, clientIdPrefix, null);
  }

  /** Clients whose own metrics appear among the meters until they are closed. */
  public KafkaClients(
      KafkaSettings settings, String clientIdPrefix, @Nullable MeterRegistry meters) {
    this(settings, clientIdPrefix, meters, ClientSource.network(), Execution.system());
  }

  /**
   * Clients of another source than the network.
   *
   * @param execution whose time waits for their answers are measured with
   */
  public KafkaClients(
      KafkaSettings settings,
      String clientIdPrefix,
      @Nullable MeterRegistry meters,
      ClientSource source,
      Execution execution) {
    this.settings = settings;
    this.clientIdPrefix = clientIdPrefix;
    this.meters = meters;
    this.source = source;
    this.execution = execution;
  }

  /** The clock that waits for the clients' answers are measured with. */
  public Execution execution() {
    return execution;
  }

  /** The settings that the clients are made from. */
  public KafkaSettings settings() {
    return settings;
  }

  /**
   * A consumer that reads committed records, commits by hand and stops where it has no offset.
   *
   * @param own what this consumer has unless the settings say otherwise, by Kafka's names
   */
  public Consumer<String, byte[]> consumer(Map<String, Object> own) {
    Map<String, Object> config = common("consumer");
    config.put("isolation.level", "read_committed");
    config.put("auto.offset.reset", "none");
    config.put("enable.auto.commit", false);
    config.put("allow.auto.create.topics", false);
    // One partition alone may fill a fetch with a single large record.
    config.put("max.partition.fetch.bytes", MAX_RECORD_BYTES);
    config.put("fetch.max.bytes", 32 << 20);
    config.putAll(own);
    passThrough(config, "consumer.");
    return ClientCreation.of("consumer", settings, () -> source.consumer(config, meters));
  }

  /**
   * An idempotent producer outside transactions.
   *
   * @param own what this producer has unless the settings say otherwise, by Kafka's names
   */
  public Producer<String, byte[]> producer(Map<String, Object> own) {
    Map<String, Object> config = producerConfig(own);
    return ClientCreation.of("producer", settings, () -> source.producer(config, meters));
  }

  /**
   * Where partitions end for readers of uncommitted records: an open transaction, or one whose
   * commit was answered a moment ago, hides what lies before this from the others.
   *
   * @return the next offset of each
   */
  public Map<TopicPartition, Long> uncommittedEnds(Collection<TopicPartition> partitions) {
    try (Consumer<String, byte[]> uncommitted =
        consumer(Map.of("isolation.level", "read_uncommitted"))) {
      return uncommitted.endOffsets(partitions);
    }
  }

  /**
   * A producer of transactions. The caller begins with {@code initTransactions}.
   *
   * @param transactionalId who writes: a successor with the same id fences this producer
   * @param timeout how long a transaction may be open, at most the broker's 15 minutes. Readers of
   *     committed records wait for open transactions: keep it short
   * @param own what this producer has unless the settings say otherwise, by Kafka's names
   */
  public Producer<String, byte[]> transactionalProducer(
      String transactionalId, Duration timeout, Map<String, Object> own) {
    Map<String, Object> config = producerConfig(own);
    config.put("transactional.id", transactionalId);
    config.put("transaction.timeout.ms", Math.toIntExact(timeout.toMillis()));
    return ClientCreation.of("producer", settings, () -> source.producer(config, meters));
  }

  /** A client for topics, groups and their settings. */
  public Admin admin() {
    Map<String, Object> config = common("admin");
    config.put("default.api.timeout.ms", 30_000);
    config.put("request.timeout.ms", 15_000);
    passThrough(config, "admin.");
    return ClientCreation.of("admin client", settings, () -> source.admin(config));
  }

  private Map<String, Object> producerConfig(Map<String, Object> own) {
    Map<String, Object> config = common("producer");
    config.put("acks", "all");
    config.put("enable.idempotence", true);
    config.put("max.request.size", MAX_RECORD_BYTES);
    config.put("buffer.memory", 64L << 20);
    config.put("max.block.ms", 60_000L);
    config.put("delivery.timeout.ms", 120_000);
    config.putAll(own);
    passThrough(config, "producer.");
    return config;
  }

  private Map<String, Object> common(String kind) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", settings.bootstrapServers());
    config.put("client.id", "%s-%s-%d".formatted(clientIdPrefix, kind, made.incrementAndGet()));
    // Brokers must not be able to ask for this process's metrics.
    config.put("enable.metrics.push", false);
    return config;
  }

  /** What may not pass was refused before ({@link ClientGuarantees}). */
  private void passThrough(Map<String, Object> config, String ownPrefix) {
    settings
        .passThrough()
        .forEach(
            (name, value) -> {
              if (List.of("consumer.", "producer.", "admin.").stream()
                  .noneMatch(name::startsWith)) {
                config.put(name, value);
              }
            });
    settings
        .passThrough()
        .forEach(
            (name, value) -> {
              if (name.startsWith(ownPrefix)) {
                config.put(name.substring(ownPrefix.length()), value);
              }
            });
  }
}
