package io.logitstream.systemtests;

import io.logitstream.platform.kafka.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads whole topics, as readers of committed records see them and as all others do. */
final class KafkaProbe {
  private final KafkaClients clients;

  KafkaProbe(KafkaClients clients) {
    this.clients = clients;
  }

  /** Every committed record with a value, from the start to the end that the broker names now. */
  List<ConsumerRecord<String, byte[]>> committed(String topic) {
    return read(topic, Map.of());
  }

  /**
   * Every record with a value, whatever became of its transaction, from the start to the end that
   * the broker names now.
   */
  List<ConsumerRecord<String, byte[]>> written(String topic) {
    return read(topic, Map.of("isolation.level", "read_uncommitted"));
  }

  private List<ConsumerRecord<String, byte[]>> read(String topic, Map<String, Object> overrides) {
    try (Consumer<String, byte[]> consumer = clients.consumer(overrides)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.value() != null) {
            records.add(record);
          }
        }
      }
      return records;
    }
  }
}
