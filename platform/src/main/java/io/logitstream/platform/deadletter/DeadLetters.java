package io.logitstream.platform.deadletter;

import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes dead letters: key and value are the bytes as read, headers say where from and why. The
 * caller sends them, in its own transaction where it has one.
 */
public final class DeadLetters {
  /** Topic that the record was read from. */
  public static final String TOPIC = "__logitstream.errors.topic";

  /** Partition that the record was read from. */
  public static final String PARTITION = "__logitstream.errors.partition";

  /** Offset that the record was read at. */
  public static final String OFFSET = "__logitstream.errors.offset";

  /** Timestamp of the record, in milliseconds since 1970. */
  public static final String TIMESTAMP = "__logitstream.errors.timestamp";

  /** Short code of the reason, such as {@code checksum}. */
  public static final String CODE = "__logitstream.errors.code";

  /** Class of the exception; absent where there was none. */
  public static final String EXCEPTION = "__logitstream.errors.exception";

  /** The reason, as people read it. */
  public static final String MESSAGE = "__logitstream.errors.message";

  /** Service that condemned the record. */
  public static final String SERVICE = "__logitstream.errors.service";

  private static final int MAX_MESSAGE_CHARACTERS = 4096;

  private final String service;
  private final MeterRegistry meters;

  /**
   * @param service name of the service that condemns
   * @param meters where {@code logitstream.dead.letters} counts by topic and code
   */
  public DeadLetters(String service, MeterRegistry meters) {
    this.service = service;
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
    return letter(read, code, message, failure.getClass().getName());
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
      @Nullable String exception) {
    Headers headers = new RecordHeaders(read.headers().toArray());
    put(headers, TOPIC, read.topic());
    put(headers, PARTITION, Integer.toString(read.partition()));
    put(headers, OFFSET, Long.toString(read.offset()));
    put(headers, TIMESTAMP, Long.toString(read.timestamp()));
    put(headers, CODE, code);
    put(headers, MESSAGE, shortened(message));
    put(headers, SERVICE, service);
    headers.remove(EXCEPTION);
    if (exception != null) {
      put(headers, EXCEPTION, exception);
    }
    Counter.builder("logitstream.dead.letters")
        .description("Records condemned to the dead letters")
        .tag("topic", read.topic())
        .tag("code", code)
        .register(meters)
        .increment();
    return new ProducerRecord<>(
        Topic.deadLetterTopic(read.topic()), null, null, read.key(), read.value(), headers);
  }

  /** Replaces: a record that is condemned again tells of the last time. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE_CHARACTERS
        ? message
        : message.substring(0, MAX_MESSAGE_CHARACTERS) + "…";
  }
}
