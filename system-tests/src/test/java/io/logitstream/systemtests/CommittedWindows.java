package io.logitstream.systemtests;

import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A reader that follows the scored windows of a pipeline from the first on, as they become visible
 * to readers of committed records. One thread only.
 */
final class CommittedWindows implements AutoCloseable {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Consumer<String, byte[]> consumer;
  private final List<String> keys = new ArrayList<>();
  private final Set<String> prompts = new HashSet<>();

  CommittedWindows(Pipeline pipeline) {
    consumer = pipeline.clients().consumer(Map.of());
    List<TopicPartition> partitions =
        Stream.of(Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS)
            .flatMap(topic -> consumer.partitionsFor(pipeline.topic(topic)).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Reads on to where the log ends now, and no further; the number of windows so far. */
  int count() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (record.value() != null) {
          keys.add(record.key());
          prompts.add(record.key().substring(0, record.key().indexOf('/')));
        }
      }
    }
    return keys.size();
  }

  /** Waits until there are so many windows; else tells what the processes printed. */
  void await(int least, List<ServiceProcess> processes) {
    await(this::count, least, processes);
  }

  /** Waits until there are windows of so many prompts. */
  void awaitPrompts(int least, List<ServiceProcess> processes) {
    await(
        () -> {
          count();
          return prompts.size();
        },
        least,
        processes);
  }

  /** However many there are to come: what is waited for in vain is the next one. */
  private static void await(IntSupplier counted, int least, List<ServiceProcess> processes) {
    int count = counted.getAsInt();
    while (count < least) {
      int before = count;
      try {
        count =
            Awaitility.await()
                .atMost(LONGEST_PAUSE)
                .pollInterval(Duration.ofMillis(10))
                .until(counted::getAsInt, now -> now > before);
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(
            "no more than %d of %d within %s:\n%s"
                .formatted(before, least, LONGEST_PAUSE, ServiceProcess.outputs(processes)),
            e);
      }
    }
  }

  /** PROMPT/WINDOW/REVISION of every window that was seen, as often as it was, in order. */
  List<String> seen() {
    List<String> sorted = new ArrayList<>(keys);
    Collections.sort(sorted);
    return List.copyOf(sorted);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
