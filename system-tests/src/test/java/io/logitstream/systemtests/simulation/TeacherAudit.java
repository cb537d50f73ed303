package io.logitstream.systemtests.simulation;

import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * What must hold of everything that teachers leave: to readers of committed records each window of
 * each prompt is there once, where it belongs; each prompt that cannot be scored is among the dead
 * letters, once; and there is nothing else.
 */
final class TeacherAudit {
  private final SimulatedBroker broker;
  private final Map<String, String> expected = new TreeMap<>();
  private final Map<String, String> states = new TreeMap<>();

  private TeacherAudit(TeacherScenario scenario, SimulatedBroker broker) {
    this.broker = broker;
    Map<String, Prompts.Item> items = new HashMap<>();
    scenario
        .transactions()
        .forEach(
            batch ->
                batch.prompts().forEach(placed -> items.put(placed.item().key(), placed.item())));
    String prompts = World.name(Topic.PROMPTS);
    for (int partition = 0; partition < broker.partitions(prompts); partition++) {
      for (LogEntry entry : broker.journal(prompts, partition)) {
        Prompts.Item item = items.get(String.valueOf(entry.key()));
        if (entry.state() == LogEntry.State.COMMITTED && item != null) {
          expect(item, partition + "@" + entry.offset());
        }
      }
    }
  }

  private void expect(Prompts.Item item, String place) {
    if (item.kind().isCondemned()) {
      expected.put("dead letter " + place, item.kind().toString());
    }
    for (int window = 0; window < item.windows(); window++) {
      expected.put(
          name(
              item.kind().destination(),
              RecordKeys.teacherLogits(item.key(), window, ArithmeticTeacher.REVISION)),
          "made of " + place);
    }
  }

  /**
   * Audits teachers that have come to the end of the prompts.
   *
   * @return what each record says, without the time at which it was made, by name
   * @throws AuditException naming the first thing that is wrong
   */
  static Map<String, String> of(TeacherScenario scenario, SimulatedBroker broker) {
    TeacherAudit audit = new TeacherAudit(scenario, broker);
    audit.records(Topic.TEACHER_LOGITS);
    audit.records(Topic.EVALUATION_LOGITS);
    audit.deadLetters();
    Set<String> missing = new TreeSet<>(audit.expected.keySet());
    missing.removeAll(audit.states.keySet());
    if (!missing.isEmpty()) {
      throw new AuditException("%d are missing: %s".formatted(missing.size(), missing));
    }
    if (!isConsumed(broker)) {
      throw new AuditException("the group's offsets went back");
    }
    return audit.states;
  }

  /** Whether the group has committed the offsets behind the last committed prompts. */
  static boolean isConsumed(SimulatedBroker broker) {
    String prompts = World.name(Topic.PROMPTS);
    Map<TopicPartition, OffsetAndMetadata> committed = broker.committed(TeacherScenario.GROUP);
    for (int partition = 0; partition < broker.partitions(prompts); partition++) {
      OffsetAndMetadata next = committed.get(new TopicPartition(prompts, partition));
      List<LogEntry> entries = broker.entries(prompts, partition);
      for (int i = entries.size() - 1; i >= 0; i--) {
        LogEntry entry = entries.get(i);
        if (next != null && entry.offset() < next.offset()) {
          break;
        }
        if (entry.state() == LogEntry.State.COMMITTED) {
          return false;
        }
      }
    }
    return true;
  }

  private void records(Topic topic) {
    try (RecordDeserializer<TeacherLogits> deserializer = Traffic.reader(TeacherLogits.class)) {
      for (LogEntry entry : committed(World.name(topic))) {
        TeacherLogits record = deserializer.deserialize(World.name(topic), entry.value());
        record.setScoredAt(Instant.EPOCH);
        found(
            name(topic, String.valueOf(entry.key())),
            Sha256.of(record.toString().getBytes(StandardCharsets.UTF_8)),
            entry);
      }
    }
  }

  private void deadLetters() {
    for (LogEntry entry : committed(Topic.deadLetterTopic(World.name(Topic.PROMPTS)))) {
      found(
          "dead letter %s@%s"
              .formatted(
                  header(entry, LetterHeaders.PARTITION), header(entry, LetterHeaders.OFFSET)),
          header(entry, LetterHeaders.CODE),
          entry);
    }
  }

  private List<LogEntry> committed(String topic) {
    List<LogEntry> committed = new java.util.ArrayList<>();
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      broker.journal(topic, partition).stream()
          .filter(entry -> entry.state() == LogEntry.State.COMMITTED)
          .forEach(committed::add);
    }
    return committed;
  }

  private void found(String name, String state, LogEntry entry) {
    if (!expected.containsKey(name)) {
      throw new AuditException("%s wrote %s, of no prompt".formatted(entry.writer(), name));
    }
    if (states.put(name, state) != null) {
      throw new AuditException(
          "%s is there twice, the second time by %s".formatted(name, entry.writer()));
    }
  }

  private static String name(Topic topic, String key) {
    return "%s %s".formatted(topic.named(""), key);
  }

  private static String header(LogEntry entry, String name) {
    Header header = entry.headers().lastHeader(name);
    return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
