package io.logitstream.systemtests;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.testkit.CommittedLog;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads whole topics, as readers of committed records see them and as all others do. */
final class KafkaProbe {
  private final KafkaClients clients;

  KafkaProbe(KafkaClients clients) {
    this.clients = clients;
  }

  /** Every committed record with a value, from the start to the end that the broker names now. */
  List<ConsumerRecord<String, byte[]>> committed(String topic) {
    return valued(CommittedLog.read(clients::consumer, topic));
  }

  /**
   * Every record with a value, whatever became of its transaction, from the start to the end that
   * the broker names now.
   */
  List<ConsumerRecord<String, byte[]>> written(String topic) {
    return valued(
        CommittedLog.read(
            settings -> clients.consumer(Map.of("isolation.level", "read_uncommitted")), topic));
  }

  private static List<ConsumerRecord<String, byte[]>> valued(
      List<ConsumerRecord<String, byte[]>> records) {
    return records.stream().filter(record -> record.value() != null).toList();
  }
}
