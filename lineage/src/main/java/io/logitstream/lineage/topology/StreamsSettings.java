package io.logitstream.lineage.topology;

import io.logitstream.lineage.IndexSettings;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams: exactly once, and bounded in memory. */
public final class StreamsSettings {
  private static final int COMMIT_INTERVAL_MS = 1_000;

  /** A takeover after a kill waits for both. */
  private static final int SESSION_TIMEOUT_MS = 10_000;

  private static final int TRANSACTION_TIMEOUT_MS = 30_000;

  /** Records may have 9 MiB, and each partition buffers some. */
  private static final int BUFFERED_RECORDS = 32;

  private StreamsSettings() {}

  /** The application id: group of the instances, and prefix of the index's own topics. */
  public static String applicationId(IndexSettings settings, KafkaSettings kafka) {
    return kafka.topicPrefix() + settings.group();
  }

  /**
   * The settings of an instance.
   *
   * @param port the port that it listens on
   */
  public static Properties of(IndexSettings settings, KafkaSettings kafka, int port) {
    Properties properties = new Properties();
    // Client settings with the prefixes consumer., producer. and admin. mean the same to Streams.
    properties.putAll(kafka.passThrough());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(settings, kafka));
    properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settings.host() + ":" + port);
    properties.put(
        StreamsConfig.STATE_DIR_CONFIG, settings.data().toAbsolutePath().normalize().toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbyReplicas());
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicationFactor());
    properties.putIfAbsent(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    properties.putIfAbsent(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    properties.putIfAbsent(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemory.class);
    properties.put(StoreMemory.BYTES, settings.memoryBytes());
    properties.putIfAbsent("enable.metrics.push", false);
    properties.put(StreamsConfig.mainConsumerPrefix("auto.offset.reset"), "earliest");
    unlessGiven(properties, "session.timeout.ms", SESSION_TIMEOUT_MS);
    unlessGiven(properties, "max.poll.records", 4 * BUFFERED_RECORDS);
    unlessGiven(properties, "max.partition.fetch.bytes", KafkaClients.MAX_RECORD_BYTES);
    unlessGiven(properties, "fetch.max.bytes", 32 << 20);
    properties.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), TRANSACTION_TIMEOUT_MS);
    return properties;
  }

  private static void unlessGiven(Properties properties, String name, Object value) {
    boolean given =
        properties.containsKey(name)
            || properties.containsKey(StreamsConfig.consumerPrefix(name))
            || properties.containsKey(StreamsConfig.mainConsumerPrefix(name));
    if (!given) {
      properties.put(StreamsConfig.mainConsumerPrefix(name), value);
    }
  }
}
