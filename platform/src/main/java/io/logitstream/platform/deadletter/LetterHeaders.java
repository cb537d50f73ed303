package io.logitstream.platform.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Names of the headers of dead letters: Kafka Connect's own where it has one (KIP-298), so that
 * tools which know those read ours; all values are UTF-8.
 */
public final class LetterHeaders {
  /** Topic that the record was read from. */
  public static final String TOPIC = "__connect.errors.topic";

  /** Partition that the record was read from. */
  public static final String PARTITION = "__connect.errors.partition";

  /** Offset that the record was read at. */
  public static final String OFFSET = "__connect.errors.offset";

  /** Class of the exception; absent where a rule and no exception condemned the record. */
  public static final String EXCEPTION = "__connect.errors.exception.class.name";

  /** The reason, as people read it. */
  public static final String MESSAGE = "__connect.errors.exception.message";

  /** Stack trace of the exception, its first 8192 characters. */
  public static final String STACK_TRACE = "__connect.errors.exception.stacktrace";

  /** Service that condemned the record: what is a connector's name to Connect. */
  public static final String SERVICE = "__connect.errors.connector.name";

  /** Short code of the reason, such as {@code checksum}. */
  public static final String CODE = "__logitstream.errors.code";

  /** Timestamp of the record, in milliseconds since 1970. */
  public static final String TIMESTAMP = "__logitstream.errors.timestamp";

  /** Bytes of the whole key, where the letter is cut. */
  public static final String KEY_BYTES = "__logitstream.errors.key.bytes";

  /** Bytes of the whole value, where the letter is cut. */
  public static final String VALUE_BYTES = "__logitstream.errors.value.bytes";

  /** SHA-256 (hex) of the whole value, where the letter is cut and had one. */
  public static final String VALUE_SHA256 = "__logitstream.errors.value.sha256";

  /** What marks a record of the dead letters' topic as no letter: the offset that was retried. */
  public static final String RETRIED = "__logitstream.retried.offset";

  /** On a record that was put back: TOPIC-PARTITION@OFFSET of its dead letter. */
  public static final String RETRY_OF = "__logitstream.retry.of";

  /** What earlier builds wrote in place of Connect's names, by the name of today. */
  private static final List<Former> FORMER =
      List.of(
          new Former(TOPIC, "__logitstream.errors.topic"),
          new Former(PARTITION, "__logitstream.errors.partition"),
          new Former(OFFSET, "__logitstream.errors.offset"),
          new Former(EXCEPTION, "__logitstream.errors.exception"),
          new Former(MESSAGE, "__logitstream.errors.message"),
          new Former(SERVICE, "__logitstream.errors.service"));

  private static final List<String> ALL =
      List.of(
          TOPIC,
          PARTITION,
          OFFSET,
          EXCEPTION,
          MESSAGE,
          STACK_TRACE,
          SERVICE,
          CODE,
          TIMESTAMP,
          KEY_BYTES,
          VALUE_BYTES,
          VALUE_SHA256,
          RETRIED);

  private record Former(String now, String before) {}

  private LetterHeaders() {}

  /** The value of a header, written by this build or an earlier one. */
  public static Optional<String> text(Headers headers, String name) {
    Optional<String> found = exactly(headers, name);
    return found.isPresent()
        ? found
        : FORMER.stream()
            .filter(former -> former.now().equals(name))
            .findFirst()
            .flatMap(former -> exactly(headers, former.before()));
  }

  /** Sets a header: a record that is condemned again tells of the last time. */
  static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Takes out everything that tells of a condemnation. */
  public static void removeAll(Headers headers) {
    ALL.forEach(headers::remove);
    FORMER.forEach(former -> headers.remove(former.before()));
  }

  /** Whether a header tells of a condemnation. */
  static boolean isOne(String name) {
    return ALL.contains(name) || FORMER.stream().anyMatch(former -> former.before().equals(name));
  }

  private static Optional<String> exactly(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
