package io.logitstream.lineage;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.nio.file.Path;
import java.util.List;

/**
 * How an instance of the index runs.
 *
 * @param group name of the instances that share the index, without the pipeline's prefix
 * @param host where this instance listens, as the other instances reach it
 * @param port its port; 0 for a free one
 * @param data where its stores lie; each instance has a folder of its own
 * @param threads threads that read topics
 * @param standbyReplicas copies of each store on other instances
 * @param memoryBytes what the stores of this process may use of memory outside the heap
 * @param replicationFactor copies of the index's own topics on the brokers
 */
public record IndexSettings(
    String group,
    String host,
    int port,
    Path data,
    int threads,
    int standbyReplicas,
    long memoryBytes,
    int replicationFactor) {
  private static final Setting<String> GROUP =
      Setting.nonEmptyText(
          "index.group",
          "lineage-index",
          "Name of the instances that share the index: their consumer group, and what the names of"
              + " the index's own topics begin with, after topics.prefix.");
  private static final Setting<String> HOST =
      Setting.nonEmptyText(
          "index.host",
          "127.0.0.1",
          "Address that an instance of the index listens on and is known to the others by. Nobody"
              + " is asked for a password there.");
  private static final Setting<Integer> PORT =
      Setting.integer(
          "index.port", 8090, 0, 65_535, "Port that the index answers on; 0 for a free one.");
  private static final Setting<Path> DATA =
      Setting.path(
          "index.data",
          ".logitstream/index",
          "Folder of an instance's stores; each instance needs its own.");
  private static final Setting<Integer> THREADS =
      Setting.integer("index.threads", 1, 1, 64, "Threads of an instance that read topics.");
  private static final Setting<Integer> STANDBY_REPLICAS =
      Setting.integer(
          "index.standby-replicas",
          0,
          0,
          8,
          "Copies of each store that other instances keep, to take over without reading it again.");
  private static final Setting<Integer> MEMORY_MIB =
      Setting.integer(
          "index.memory-mib",
          64,
          8,
          1 << 20,
          "Memory that the stores of a process may use outside the Java heap, in MiB.");
  private static final Setting<Integer> REPLICATION_FACTOR =
      Setting.integer(
          "index.replication-factor",
          1,
          1,
          Short.MAX_VALUE,
          "Copies of the index's own topics on the brokers; 3 in production.");
  private static final Setting<String> URL =
      Setting.nonEmptyText(
          "index.url",
          "http://127.0.0.1:8090",
          "Where 'trace' and 'forget' ask the index; any of its instances.");

  /** The settings of an instance. */
  public static final List<Setting<?>> SETTINGS =
      List.of(
          GROUP, HOST, PORT, DATA, THREADS, STANDBY_REPLICAS, MEMORY_MIB, REPLICATION_FACTOR, URL);

  /** Reads the settings. */
  public static IndexSettings from(Configuration configuration) {
    return new IndexSettings(
        configuration.get(GROUP),
        configuration.get(HOST),
        configuration.get(PORT),
        configuration.get(DATA),
        configuration.get(THREADS),
        configuration.get(STANDBY_REPLICAS),
        (long) configuration.get(MEMORY_MIB) << 20,
        configuration.get(REPLICATION_FACTOR));
  }

  /** Where those who ask find the index. */
  public static String url(Configuration configuration) {
    return configuration.get(URL);
  }
}
