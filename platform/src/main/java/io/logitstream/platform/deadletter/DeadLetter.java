package io.logitstream.platform.deadletter;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a dead letter tells, without the bytes.
 *
 * @param letterOffset its own offset: its name among the dead letters of its topic
 * @param topic the topic that the record was read from
 * @param partition the partition
 * @param offset the offset
 * @param condemnedAt when the letter was written
 * @param code short code of the reason
 * @param message the reason
 * @param service the service that condemned the record
 * @param exception class of the exception, if there was one
 * @param key the record's key, its beginning where the letter is cut; empty where it has none
 * @param valueBytes bytes of the record's value
 * @param cut whether the letter holds the beginning of the value alone
 */
public record DeadLetter(
    long letterOffset,
    String topic,
    int partition,
    long offset,
    Instant condemnedAt,
    String code,
    String message,
    String service,
    Optional<String> exception,
    Optional<String> key,
    long valueBytes,
    boolean cut) {

  /** Reads the headers; empty if the record is no dead letter. */
  static Optional<DeadLetter> of(ConsumerRecord<String, byte[]> letter) {
    Optional<String> topic = LetterHeaders.text(letter.headers(), LetterHeaders.TOPIC);
    Optional<Long> partition = number(letter, LetterHeaders.PARTITION);
    Optional<Long> offset = number(letter, LetterHeaders.OFFSET);
    if (topic.isEmpty() || partition.isEmpty() || offset.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DeadLetter(
            letter.offset(),
            topic.get(),
            partition.get().intValue(),
            offset.get(),
            Instant.ofEpochMilli(letter.timestamp()),
            LetterHeaders.text(letter.headers(), LetterHeaders.CODE).orElse("unknown"),
            LetterHeaders.text(letter.headers(), LetterHeaders.MESSAGE).orElse(""),
            LetterHeaders.text(letter.headers(), LetterHeaders.SERVICE).orElse("unknown"),
            LetterHeaders.text(letter.headers(), LetterHeaders.EXCEPTION),
            Optional.ofNullable(letter.key()),
            number(letter, LetterHeaders.VALUE_BYTES)
                .orElse((long) Math.max(0, letter.serializedValueSize())),
            CutLetters.isCut(letter.headers())));
  }

  /** The offset of the letter that a mark says was retried; empty if the record is no mark. */
  static Optional<Long> retriedBy(ConsumerRecord<String, byte[]> record) {
    return number(record, LetterHeaders.RETRIED);
  }

  /** Where the record lies, as TOPIC-PARTITION@OFFSET. */
  public String place() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }

  private static Optional<Long> number(ConsumerRecord<String, byte[]> record, String header) {
    return LetterHeaders.text(record.headers(), header)
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::valueOf);
  }
}
