package io.logitstream.systemtests;

import io.logitstream.systemtests.ExposedMetrics.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The page of metrics in the guides, written from what the services expose. */
final class MetricsPage {
  private static final String OWN = "logitstream_";

  private static final String HEAD =
      """
      # Metrics

      What every service exposes at `/metrics` (`--set health.port=PORT`) for Prometheus. This page is written by a test from the endpoints of running services, and the test fails where
      they differ.

      **These names are stable.** A metric that is here keeps its name, type, unit and tags; another meaning gets another name, and what is to go is named here for a release before
      it goes. Names of Kafka's clients, Kafka Streams and the Java runtime are Micrometer's and Kafka's: the few in the last tables are verified here, the others (several hundred) may change with
      their versions.

      Every metric has the tag `service` (`producer`, `teacher`, `trainer`, `index`). Names ending in `_total` are counters since the process started: use `rate()`. A summary has `NAME_count` and
      `NAME_sum`. Gauges that are not known yet are NaN. Tags have few values each: domains of the evaluation sets (`evaluation.max-domains`), topics, and codes that are listed in [operations.md](operations.md).

      `/status` on the same port tells people in JSON where a service stands; see [operations.md](operations.md#status).
      """;

  /** Of Kafka's clients, what an operator looks at first; by the commands that must have it. */
  private static final Map<String, List<String>> KAFKA = new LinkedHashMap<>();

  static {
    KAFKA.put(
        "teach",
        List.of(
            "kafka_consumer_fetch_manager_records_lag",
            "kafka_consumer_fetch_manager_records_consumed_total",
            "kafka_consumer_fetch_manager_fetch_throttle_time_avg",
            "kafka_consumer_coordinator_rebalance_total",
            "kafka_consumer_coordinator_failed_rebalance_total",
            "kafka_consumer_coordinator_last_rebalance_seconds_ago",
            "kafka_producer_record_error_total",
            "kafka_producer_record_retry_total",
            "kafka_producer_request_latency_avg",
            "kafka_producer_buffer_available_bytes",
            "kafka_producer_txn_commit_time_ns_total",
            "kafka_producer_txn_abort_time_ns_total"));
    KAFKA.put(
        "train",
        List.of(
            "kafka_consumer_fetch_manager_records_lag",
            "kafka_consumer_fetch_manager_records_consumed_total",
            "kafka_producer_record_error_total",
            "kafka_producer_txn_commit_time_ns_total"));
    KAFKA.put(
        "produce --http",
        List.of(
            "kafka_producer_record_error_total",
            "kafka_producer_produce_throttle_time_avg",
            "kafka_producer_txn_commit_time_ns_total"));
    KAFKA.put(
        "index",
        List.of(
            "kafka_stream_alive_stream_threads",
            "kafka_stream_failed_stream_threads_total",
            "kafka_stream_thread_commit_latency_avg"));
  }

  private static final List<String> RUNTIME =
      List.of(
          "process_resident_memory_bytes",
          "process_files_open_files",
          "process_files_max_files",
          "process_cpu_usage",
          "process_uptime_seconds",
          "system_cpu_usage",
          "jvm_memory_used_bytes",
          "jvm_memory_max_bytes",
          "jvm_gc_memory_allocated_bytes_total",
          "jvm_threads_live_threads");

  private MetricsPage() {}

  /**
   * The page.
   *
   * @param exposed what each service exposes, by its command
   */
  static String of(Map<String, ExposedMetrics> exposed) {
    StringBuilder page = new StringBuilder(HEAD);
    Map<String, Metric> shared = shared(exposed);
    table(page, "Every service", List.copyOf(shared.values()));
    exposed.forEach(
        (command, metrics) ->
            table(
                page,
                "`" + command + "`",
                metrics.where(name -> name.startsWith(OWN) && !shared.containsKey(name)).toList()));
    table(page, "Kafka's clients", kafka(exposed));
    ExposedMetrics any = exposed.values().iterator().next();
    table(page, "The process", RUNTIME.stream().map(name -> named(any, name)).toList());
    return page.toString();
  }

  private static Map<String, Metric> shared(Map<String, ExposedMetrics> exposed) {
    Map<String, Metric> shared = new TreeMap<>();
    ExposedMetrics any = exposed.values().iterator().next();
    any.where(name -> name.startsWith(OWN)).forEach(metric -> shared.put(metric.name(), metric));
    exposed.values().forEach(metrics -> shared.keySet().retainAll(metrics.byName().keySet()));
    return shared;
  }

  /** A metric of several commands has a row that names them. */
  private static List<Metric> kafka(Map<String, ExposedMetrics> exposed) {
    Map<String, Metric> metrics = new TreeMap<>();
    Map<String, List<String>> commands = new TreeMap<>();
    KAFKA.forEach(
        (command, names) -> {
          ExposedMetrics ofCommand = exposed.get(command);
          if (ofCommand == null) {
            throw new AssertionError(command + " is not among " + exposed.keySet());
          }
          for (String name : names) {
            metrics.putIfAbsent(name, named(ofCommand, name));
            commands.computeIfAbsent(name, any -> new ArrayList<>()).add("`" + command + "`");
          }
        });
    return metrics.values().stream()
        .map(
            metric ->
                new Metric(
                    metric.name(),
                    metric.type(),
                    "%s (%s)"
                        .formatted(
                            metric.meaning(),
                            String.join(", ", commands.getOrDefault(metric.name(), List.of()))),
                    metric.tags()))
        .toList();
  }

  private static Metric named(ExposedMetrics exposed, String name) {
    Metric metric = exposed.byName().get(name);
    if (metric == null) {
      throw new AssertionError(name + " is not exposed any more");
    }
    return metric;
  }

  private static void table(StringBuilder page, String heading, List<Metric> metrics) {
    page.append("\n## ").append(heading).append("\n\n");
    page.append("| metric | type | unit | tags | meaning |\n|---|---|---|---|---|\n");
    for (Metric metric : metrics) {
      page.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  metric.name(),
                  metric.type(),
                  metric.unit(),
                  String.join(", ", metric.tags()),
                  withoutNote(metric.meaning()).replace("|", "\\|")));
    }
  }

  /** Kafka says at every metric with a topic how it names topics with dots. */
  private static String withoutNote(String meaning) {
    return meaning.replaceAll(" ?Note: For topic names with periods .* instead[.]", "");
  }
}
