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
   * Letters in the order in which they were written. Unless those that were put back count, the log
   * is read twice: their marks lie behind them, and which letters stand decides which are the
   * newest.
   *
   * @param wanted which of them
   * @param newest the most that are kept: the newest ones
   * @param withRetried whether those count that were put back
   */
  public List<DeadLetter> list(Predicate<DeadLetter> wanted, int newest, boolean withRetried) {
    long end = uncommittedEnd();
    Set<Long> retried = withRetried ? Set.of() : retried(end);
    Deque<DeadLetter> kept = new ArrayDeque<>();
    forEach(
        end,
        record ->
            DeadLetter.of(record)
                .filter(letter -> !retried.contains(letter.letterOffset()))
                .filter(wanted)
                .ifPresent(
                    letter -> {
                      kept.add(letter);
                      if (kept.size() > newest) {
                        kept.removeFirst();
                      }
                    }));
    return List.copyOf(kept);
  }

  /** Offsets of the letters that marks say were put back: as many as the topic has marks. */
  private Set<Long> retried(long end) {
    Set<Long> retried = new HashSet<>();
    forEach(end, record -> DeadLetter.retriedBy(record).ifPresent(retried::add));
    return retried;
  }

  /**
   * A letter with its bytes.
   *
   * @throws LogitstreamException CONFIGURATION if there is none at the offset
   */
  public ConsumerRecord<String, byte[]> read(long letterOffset) {
    try (SingleRecords records = new SingleRecords(clients)) {
      return read(records, letterOffset);
    }
  }

  /** As {@link #read(long)}, one of many. */
  ConsumerRecord<String, byte[]> read(SingleRecords records, long letterOffset) {
    return records
        .read(letters, letterOffset)
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
  static ConsumerRecord<String, byte[]> original(
      SingleRecords records, ConsumerRecord<String, byte[]> letter) {
    if (!CutLetters.isCut(letter.headers())) {
      return letter;
    }
    DeadLetter told = DeadLetter.of(letter).orElseThrow();
    Optional<String> sha256 = LetterHeaders.text(letter.headers(), LetterHeaders.VALUE_SHA256);
    return records
        .read(new TopicPartition(told.topic(), told.partition()), told.offset())
        .filter(
            record -> sha256.equals(Optional.ofNullable(record.value()).map(CutLetters::sha256)))
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    "dead letter %d of %s is cut, and %s is not there any more: it cannot be retried"
                        .formatted(letter.offset(), told.topic(), told.place())));
  }

  /**
   * Visits all letters and marks before an end.
   *
   * @param end the end that uncommitted readers saw: a service's open transaction hides what was
   *     committed behind it, and is waited for
   */
  private void forEach(
      long end, java.util.function.Consumer<ConsumerRecord<String, byte[]>> visitor) {
    List<TopicPartition> partition = List.of(letters);
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 16))) {
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      long progressNanos = System.nanoTime();
      while (consumer.position(letters) < end) {
        long before = consumer.position(letters);
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < end) {
            visitor.accept(record);
          }
        }
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
    return clients.uncommittedEnds(List.of(letters)).getOrDefault(letters, 0L);
  }
}
