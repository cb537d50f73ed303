package io.logitstream.embedded;

import java.util.HashMap;
import java.util.Map;

/** Kafka's properties for one node that is broker and controller at once. */
final class BrokerProperties {

  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "PLAINTEXT";
  private static final int MIB = 1 << 20;

  private BrokerProperties() {}

  static Map<String, String> of(
      EmbeddedBrokerSettings settings, int clientPort, int controllerPort) {
    Map<String, String> properties = new HashMap<>();
    node(properties, clientPort, controllerPort);
    properties.put("log.dirs", settings.dataDirectory().toString());
    internalTopics(properties);
    promptness(properties);
    sizes(properties);
    properties.putAll(settings.overrides());
    return properties;
  }

  private static void node(Map<String, String> properties, int clientPort, int controllerPort) {
    String clients = CLIENT_LISTENER + "://" + LoopbackPorts.HOST + ":" + clientPort;
    String controller = LoopbackPorts.HOST + ":" + controllerPort;
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(NODE_ID));
    properties.put("controller.quorum.voters", NODE_ID + "@" + controller);
    properties.put("listeners", clients + "," + CONTROLLER_LISTENER + "://" + controller);
    properties.put("advertised.listeners", clients);
    properties.put(
        "listener.security.protocol.map",
        CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    properties.put("controller.listener.names", CONTROLLER_LISTENER);
    properties.put("inter.broker.listener.name", CLIENT_LISTENER);
    properties.put("auto.create.topics.enable", "false");
    // Two brokers in one JVM would quarrel over the names of JMX beans.
    properties.put("metric.reporters", "");
  }

  private static void internalTopics(Map<String, String> properties) {
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "4");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
  }

  /** What makes starts, restarts after a kill, and take-overs quick on a single node. */
  private static void promptness(Map<String, String> properties) {
    // Without a controlled shutdown the next start waits until the old session has run out.
    properties.put("controlled.shutdown.enable", "true");
    // Short, because a start after a kill waits for it; but training next door may take every core
    // for a while, and must not make the controller give the broker up.
    properties.put("broker.session.timeout.ms", "4000");
    properties.put("broker.heartbeat.interval.ms", "500");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("group.min.session.timeout.ms", "1000");
    // A killed producer's transaction holds read_committed readers until this finds it expired.
    properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    properties.put("server.max.startup.time.ms", "120000");
  }

  private static void sizes(Map<String, String> properties) {
    properties.put("message.max.bytes", Integer.toString(16 * MIB));
    properties.put("replica.fetch.max.bytes", Integer.toString(16 * MIB));
    properties.put("socket.request.max.bytes", Integer.toString(64 * MIB));
    properties.put("log.segment.bytes", Integer.toString(128 * MIB));
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * MIB));
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    properties.put("background.threads", "2");
  }
}
