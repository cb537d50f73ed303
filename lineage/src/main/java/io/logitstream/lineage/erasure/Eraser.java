package io.logitstream.lineage.erasure;

import io.logitstream.lineage.query.DeadLetterFact;
import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.RecordFact;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes the tombstones of a plan. Each stands for itself: erasing again what was erased changes
 * nothing, so that an attempt which failed halfway is simply repeated.
 */
public final class Eraser {
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MAX_IN_FLIGHT = 1000;

  private final KafkaClients clients;

  public Eraser(KafkaClients clients) {
    this.clients = clients;
  }

  private record Tombstone(String topic, int partition, String key) {}

  /**
   * Writes the tombstones, each into the partition of its record.
   *
   * @return how many were written and acknowledged by all replicas in sync
   * @throws LogitstreamException if one was not
   */
  public int erase(ErasurePlan plan) {
    Set<Tombstone> tombstones = new LinkedHashSet<>();
    plan.tombstones()
        .forEach(
            removal ->
                tombstones.add(new Tombstone(removal.topic(), removal.partition(), removal.key())));
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Tombstone tombstone : tombstones) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    tombstone.topic(), tombstone.partition(), tombstone.key(), null)));
        if (sent.size() == MAX_IN_FLIGHT) {
          await(sent);
        }
      }
      await(sent);
    }
    return tombstones.size();
  }

  /**
   * Waits until the index has met the tombstones and holds nothing of the prompts that tells of a
   * person.
   *
   * @return whether it has, within the time
   */
  public static boolean awaitIndex(
      ErasurePlan plan, String prefix, IndexView index, Duration within)
      throws InterruptedException {
    Set<String> erasable = new HashSet<>();
    plan.tombstones().forEach(removal -> erasable.add(removal.topic()));
    Set<String> open = new LinkedHashSet<>();
    plan.tombstones().forEach(removal -> open.add(removal.prompt()));
    long deadlineNanos = System.nanoTime() + within.toNanos();
    while (true) {
      open.removeIf(prompt -> isErased(prompt, prefix, erasable, index));
      if (open.isEmpty()) {
        return true;
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }
  }

  private static boolean isErased(
      String prompt, String prefix, Set<String> erasable, IndexView index) {
    List<RecordFact> records = index.records(prompt);
    for (RecordFact record : records) {
      if (record.stands() && erasable.contains(record.kind().topic().named(prefix))) {
        return false;
      }
    }
    // The last tombstone takes what tells of a person a moment after it takes the record.
    if (records.stream().noneMatch(RecordFact::stands)
        && records.stream().anyMatch(RecordFact::isPersonal)) {
      return false;
    }
    for (DeadLetterFact letter : index.deadLetters(prompt)) {
      if (letter.stands() && erasable.contains(prefix + letter.topic())) {
        return false;
      }
    }
    return true;
  }

  private static void await(List<Future<RecordMetadata>> sent) {
    sent.forEach(future -> Futures.await(future, "write a tombstone"));
    sent.clear();
  }
}
