package io.logitstream.platform.deadletter;

import io.logitstream.platform.tracing.LoggedRecord;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dead letters: key and value are the bytes as read, headers ({@link LetterHeaders}) say
 * where from and why. The caller sends them, in its own transaction where it has one. A record that
 * the topic of dead letters cannot take is cut ({@link CutLetters}).
 */
public final class DeadLetters {
  private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);
  private static final int MAX_MESSAGE_CHARACTERS = 4096;
  private static final int MAX_STACK_CHARACTERS = 8192;

  /** What the headers of this class and the frame of a batch may take. */
  private static final int RESERVED_BYTES = 128 << 10;

  /** Letters of a code that are logged one by one; after these, ever fewer. */
  private static final long LOGGED_EACH = 8;

  private final String service;
  private final long maxLetterBytes;
  private final MeterRegistry meters;
  private final Map<String, Long> lettersByCode = new HashMap<>();

  /**
   * @param service name of the service that condemns
   * @param topic the topic that records are read from: its dead letters have a largest size
   * @param meters where {@code logitstream.dead.letters} counts by topic and code
   */
  public DeadLetters(String service, Topic topic, MeterRegistry meters) {
    this.service = service;
    this.maxLetterBytes = topic.deadLetterMaxMessageBytes() - RESERVED_BYTES;
    this.meters = meters;
  }

  /**
   * The dead letter of a record that a failure condemns; counts it.
   *
   * @param code short code of the reason, one of few: it is a metric's tag
   */
  public ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> read, String code, Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return letter(read, code, message, failure);
  }

  /**
   * The dead letter of a record that a rule condemns; counts it.
   *
   * @param code short code of the reason, one of few: it is a metric's tag
   * @param reason what was found and what was expected
   */
  public ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> read, String code, String reason) {
    return letter(read, code, reason, null);
  }

  private ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> read,
      String code,
      String message,
      @Nullable Throwable failure) {
    Headers headers = new RecordHeaders(read.headers().toArray());
    LetterHeaders.removeAll(headers);
    LetterHeaders.put(headers, LetterHeaders.TOPIC, read.topic());
    LetterHeaders.put(headers, LetterHeaders.PARTITION, Integer.toString(read.partition()));
    LetterHeaders.put(headers, LetterHeaders.OFFSET, Long.toString(read.offset()));
    LetterHeaders.put(headers, LetterHeaders.TIMESTAMP, Long.toString(read.timestamp()));
    LetterHeaders.put(headers, LetterHeaders.CODE, code);
    LetterHeaders.put(headers, LetterHeaders.MESSAGE, shortened(message, MAX_MESSAGE_CHARACTERS));
    LetterHeaders.put(headers, LetterHeaders.SERVICE, service);
    if (failure != null) {
      LetterHeaders.put(headers, LetterHeaders.EXCEPTION, failure.getClass().getName());
      LetterHeaders.put(
          headers, LetterHeaders.STACK_TRACE, shortened(stack(failure), MAX_STACK_CHARACTERS));
    }
    Counter.builder("logitstream.dead.letters")
        .description("Records condemned to the dead letters")
        .tag("topic", read.topic())
        .tag("code", code)
        .register(meters)
        .increment();
    log(read, code, message);
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(
            Topic.deadLetterTopic(read.topic()), null, null, read.key(), read.value(), headers);
    return CutLetters.bytes(letter) > maxLetterBytes ? CutLetters.cut(letter) : letter;
  }

  /** A topic full of damaged records must not fill the log as well. */
  private synchronized void log(ConsumerRecord<String, byte[]> read, String code, String message) {
    long letters = lettersByCode.merge(code, 1L, Long::sum);
    if (letters <= LOGGED_EACH || Long.bitCount(letters) == 1) {
      try (LoggedRecord logged = LoggedRecord.of(read)) {
        LOGGER.warn(
            "{}-{}@{} goes to the dead letters as {} (number {}): {}",
            read.topic(),
            read.partition(),
            read.offset(),
            code,
            letters,
            shortened(message, MAX_MESSAGE_CHARACTERS));
      }
    }
  }

  private static String stack(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static String shortened(String text, int maxCharacters) {
    return text.length() <= maxCharacters ? text : text.substring(0, maxCharacters) + "…";
  }
}
