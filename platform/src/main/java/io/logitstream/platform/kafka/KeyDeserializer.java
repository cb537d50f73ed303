package io.logitstream.platform.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys as UTF-8. Where the bytes are not UTF-8 the text is a lossy one, and the bytes
 * themselves travel in the header {@link #RAW_KEY}, so that a dead letter has them as they were.
 */
public final class KeyDeserializer implements Deserializer<@Nullable String> {
  /** Header with the bytes of a key that is not UTF-8. {@link KeySerializer} takes it out again. */
  public static final String RAW_KEY = "__logitstream.raw.key";

  @Override
  public @Nullable String deserialize(String topic, byte @Nullable [] data) {
    return data == null ? null : new String(data, StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable String deserialize(String topic, Headers headers, byte @Nullable [] data) {
    // The header is this process's own: one from outside would write keys of its choice.
    headers.remove(RAW_KEY);
    if (data == null) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
    } catch (CharacterCodingException e) {
      headers.add(RAW_KEY, data);
      return new String(data, StandardCharsets.UTF_8);
    }
  }

  @Override
  public @Nullable String deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
    if (data == null) {
      return deserialize(topic, headers, (byte[]) null);
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return deserialize(topic, headers, bytes);
  }
}
