package io.logitstream.platform.deadletter;

import io.logitstream.platform.kafka.KeyDeserializer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Dead letters without most of their bytes. A topic's records may be larger than its dead letters
 * can be (compressed ones, by any factor), and many large letters more than a transaction should
 * hold. A cut letter keeps the beginnings of key and value, their lengths, the value's SHA-256 and
 * the place of the record, which is whole there as long as its topic keeps it. The record's own
 * headers are left out.
 */
public final class CutLetters {
  /** What is kept of a key (in characters) and of a value (in bytes). */
  static final int KEPT = 1024;

  private CutLetters() {}

  /** Bytes of key, value and headers. */
  public static long bytes(ProducerRecord<String, byte[]> letter) {
    long bytes = keyBytes(letter) + (letter.value() == null ? 0 : letter.value().length);
    for (Header header : letter.headers()) {
      bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return bytes;
  }

  /** Whether a letter was cut. */
  public static boolean isCut(Headers headers) {
    return headers.lastHeader(LetterHeaders.VALUE_BYTES) != null;
  }

  /** The letter, cut; one that is cut already stays as it is. */
  public static ProducerRecord<String, byte[]> cut(ProducerRecord<String, byte[]> letter) {
    if (isCut(letter.headers())) {
      return letter;
    }
    Headers kept = new RecordHeaders();
    for (Header header : letter.headers()) {
      if (LetterHeaders.isOne(header.key())) {
        kept.add(header);
      }
    }
    byte[] value = letter.value();
    LetterHeaders.put(kept, LetterHeaders.KEY_BYTES, Long.toString(keyBytes(letter)));
    LetterHeaders.put(
        kept, LetterHeaders.VALUE_BYTES, Integer.toString(value == null ? 0 : value.length));
    if (value != null) {
      LetterHeaders.put(kept, LetterHeaders.VALUE_SHA256, sha256(value));
    }
    String key = letter.key();
    return new ProducerRecord<>(
        letter.topic(),
        letter.partition(),
        letter.timestamp(),
        key == null || key.length() <= KEPT ? key : key.substring(0, KEPT),
        value == null || value.length <= KEPT ? value : Arrays.copyOf(value, KEPT),
        kept);
  }

  /** SHA-256 of a value, in hex. */
  public static String sha256(byte[] value) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static long keyBytes(ProducerRecord<String, byte[]> letter) {
    Header raw = letter.headers().lastHeader(KeyDeserializer.RAW_KEY);
    if (raw != null && raw.value() != null) {
      return raw.value().length;
    }
    return letter.key() == null ? 0 : letter.key().getBytes(StandardCharsets.UTF_8).length;
  }
}
