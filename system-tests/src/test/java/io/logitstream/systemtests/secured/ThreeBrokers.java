package io.logitstream.systemtests.secured;

import io.logitstream.systemtests.FreePorts;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A cluster of three nodes in this process, broker and controller each, in three racks {@code r1}
 * to {@code r3}. Every topic, Kafka's own too, is to have three copies, and takes a write when two
 * have it. Consumers that name their rack read there.
 */
final class ThreeBrokers implements AutoCloseable {
  private static final int NODES = 3;
  private static final int MIB = 1 << 20;

  private final List<Integer> ports;
  private final List<Integer> controllerPorts;
  private final Path folder;
  private final Map<Integer, KafkaRaftServer> running = new TreeMap<>();

  ThreeBrokers(Path folder) throws Exception {
    this.folder = folder;
    List<Integer> free = FreePorts.find(2 * NODES);
    this.ports = free.subList(0, NODES);
    this.controllerPorts = free.subList(NODES, 2 * NODES);
    String cluster = Uuid.randomUuid().toString();
    for (int node = 1; node <= NODES; node++) {
      format(node, cluster);
    }
    List<Thread> starts =
        IntStream.rangeClosed(1, NODES)
            .mapToObj(node -> new Thread(() -> start(node), "start-" + node))
            .toList();
    // Each waits for a quorum.
    starts.forEach(Thread::start);
    for (Thread start : starts) {
      start.join();
    }
    if (running.size() < NODES) {
      close();
      throw new IllegalStateException("only nodes %s started".formatted(running.keySet()));
    }
  }

  String bootstrapServers() {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** Starts a node that was stopped. */
  void start(int node) {
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(properties(node), false), Time.SYSTEM);
    server.startup();
    synchronized (running) {
      running.put(node, server);
    }
  }

  /** Stops a node in order: it is gone for as long as it is not started. */
  void stop(int node) {
    KafkaRaftServer server;
    synchronized (running) {
      server = running.remove(node);
    }
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
    }
  }

  private Map<String, String> properties(int node) {
    Map<String, String> properties = new HashMap<>();
    String clients = "PLAINTEXT://127.0.0.1:" + ports.get(node - 1);
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(node));
    properties.put(
        "controller.quorum.voters",
        IntStream.rangeClosed(1, NODES)
            .mapToObj(voter -> "%d@127.0.0.1:%d".formatted(voter, controllerPorts.get(voter - 1)))
            .collect(Collectors.joining(",")));
    properties.put(
        "listeners", clients + ",CONTROLLER://127.0.0.1:" + controllerPorts.get(node - 1));
    properties.put("advertised.listeners", clients);
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("inter.broker.listener.name", "PLAINTEXT");
    properties.put("auto.create.topics.enable", "false");
    properties.put("log.dirs", directory(node).toString());
    properties.put("broker.rack", "r" + node);
    properties.put(
        "replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector");
    properties.put("min.insync.replicas", "2");
    properties.put("default.replication.factor", "3");
    properties.put("offsets.topic.replication.factor", "3");
    properties.put("offsets.topic.num.partitions", "2");
    properties.put("transaction.state.log.replication.factor", "3");
    properties.put("transaction.state.log.min.isr", "2");
    properties.put("transaction.state.log.num.partitions", "2");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("broker.session.timeout.ms", "6000");
    properties.put("broker.heartbeat.interval.ms", "500");
    properties.put("message.max.bytes", Integer.toString(16 * MIB));
    properties.put("replica.fetch.max.bytes", Integer.toString(16 * MIB));
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * MIB));
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    return properties;
  }

  private Path directory(int node) {
    return folder.resolve("node-" + node);
  }

  private void format(int node, String cluster) throws Exception {
    Files.createDirectories(directory(node));
    new Formatter()
        .setClusterId(cluster)
        .setNodeId(node)
        .setDirectories(List.of(directory(node).toString()))
        .setMetadataLogDirectory(directory(node).toString())
        .setControllerListenerName("CONTROLLER")
        .setHasDynamicQuorum(false)
        .setUnstableFeatureVersionsEnabled(false)
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
  }

  @Override
  public void close() {
    List<Integer> nodes = new ArrayList<>(running.keySet());
    // The last nodes find no quorum any more: they stop at the same time.
    List<Thread> stops =
        nodes.stream().map(node -> new Thread(() -> stop(node), "stop-" + node)).toList();
    stops.forEach(Thread::start);
    for (Thread stop : stops) {
      try {
        stop.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
