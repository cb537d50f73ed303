package io.logitstream.platform.deadletter;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The committed dead letters of a topic. For one thread at a time. */
public final class DeadLetterLog {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** A little more than the longest transaction that a broker allows to hide records. */
  private static final Duration VISIBLE_WITHIN = Duration.ofMinutes(16);

  private final KafkaClients clients;
  private final String topic;
  private final TopicPartition letters;

  /**
   * @param topic the topic whose dead letters are read
   */
  public DeadLetterLog(KafkaClients clients, Topic topic) {
    this.clients = clients;
    this.topic = topic.named(clients.settings().topicPrefix());
    this.letters = new TopicPartition(Topic.deadLetterTopic(this.topic), 0);
  }

  /** The topic whose dead letters these are. */
  public String topic() {
    return topic;
  }

  /**
   * Letters in the order in which they were written.
   *
   * @param wanted which of them
   * @param newest the most that are kept: the newest ones
   * @param withRetried whether those count that were put back
   */
  public List<DeadLetter> list(Predicate<DeadLetter> wanted, int newest, boolean withRetried) {
    Deque<DeadLetter> kept = new ArrayDeque<>();
    Set<Long> retried = new HashSet<>();
    forEach(
        record -> {
          Optional<Long> mark = DeadLetter.retriedBy(record);
          if (mark.isPresent()) {
            retried.add(mark.get());
            if (!withRetried) {
              kept.removeIf(letter -> letter.letterOffset() == mark.get());
            }
            return;
          }
          DeadLetter.of(record).filter(wanted).ifPresent(kept::add);
          if (kept.size() > newest) {
            kept.removeFirst();
          }
        });
    return kept.stream()
        .filter(letter -> withRetried || !retried.contains(letter.letterOffset()))
        .toList();
  }

  /**
   * A letter with its bytes.
   *
   * @throws LogitstreamException CONFIGURATION if there is none at the offset
   */
  public ConsumerRecord<String, byte[]> read(long letterOffset) {
    return read(letters, letterOffset)
        .filter(record -> DeadLetter.of(record).isPresent())
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    "%s has no dead letter at offset %d: 'logitstream deadletters list' names those that are there"
                        .formatted(letters.topic(), letterOffset)));
  }

  /** What the headers of a letter tell. */
  public static Optional<DeadLetter> describe(ConsumerRecord<String, byte[]> letter) {
    return DeadLetter.of(letter);
  }

  /**
   * The record that a letter was made from, whole: the letter's own bytes, or where it is cut the
   * record in its topic.
   *
   * @throws LogitstreamException CONFIGURATION if the letter is cut and its topic does not have the
   *     record any more
   */
  ConsumerRecord<String, byte[]> original(ConsumerRecord<String, byte[]> letter) {
    if (!CutLetters.isCut(letter.headers())) {
      return letter;
    }
    DeadLetter told = DeadLetter.of(letter).orElseThrow();
    Optional<String> sha256 = LetterHeaders.text(letter.headers(), LetterHeaders.VALUE_SHA256);
    return read(new TopicPartition(told.topic(), told.partition()), told.offset())
        .filter(
            record -> sha256.equals(Optional.ofNullable(record.value()).map(CutLetters::sha256)))
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    "dead letter %d of %s is cut, and %s is not there any more: it cannot be retried"
                        .formatted(letter.offset(), told.topic(), told.place())));
  }

  private Optional<ConsumerRecord<String, byte[]>> read(TopicPartition partition, long offset) {
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 1))) {
      consumer.assign(List.of(partition));
      long beginning = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (offset < beginning || offset >= end) {
        return Optional.empty();
      }
      consumer.seek(partition, offset);
      long silentSince = System.nanoTime();
      while (consumer.position(partition) <= offset) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          return record.offset() == offset ? Optional.of(record) : Optional.empty();
        }
        requireAnswer(partition, silentSince);
      }
      return Optional.empty();
    }
  }

  /**
   * Visits all letters and marks up to the end that uncommitted readers see: a service's open
   * transaction hides what was committed behind it, and is waited for.
   */
  private void forEach(java.util.function.Consumer<ConsumerRecord<String, byte[]>> visitor) {
    List<TopicPartition> partition = List.of(letters);
    long end = uncommittedEnd();
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 16))) {
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      long progressNanos = System.nanoTime();
      while (consumer.position(letters) < end) {
        long before = consumer.position(letters);
        consumer.poll(POLL).forEach(visitor::accept);
        if (consumer.position(letters) > before) {
          progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > VISIBLE_WITHIN.toNanos()) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "%s went no further than offset %d of %d within %d min: a transaction is open, or the broker does not answer"
                  .formatted(letters, before, end, VISIBLE_WITHIN.toMinutes()));
        }
      }
    }
  }

  private long uncommittedEnd() {
    try (Consumer<String, byte[]> consumer =
        clients.consumer(Map.of("isolation.level", "read_uncommitted"))) {
      return consumer.endOffsets(List.of(letters)).getOrDefault(letters, 0L);
    }
  }

  private static void requireAnswer(TopicPartition partition, long silentSince) {
    if (System.nanoTime() - silentSince > SILENCE.toNanos()) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "no record of %s came within %d s".formatted(partition, SILENCE.toSeconds()));
    }
  }
}
