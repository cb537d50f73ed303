package io.logitstream.platform.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Writes keys as UTF-8, or the very bytes that {@link KeyDeserializer} could not read as such. */
public final class KeySerializer implements Serializer<@Nullable String> {
  @Override
  public byte @Nullable [] serialize(String topic, @Nullable String key) {
    return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte @Nullable [] serialize(String topic, Headers headers, @Nullable String key) {
    Header raw = headers.lastHeader(KeyDeserializer.RAW_KEY);
    if (raw == null) {
      return serialize(topic, key);
    }
    headers.remove(KeyDeserializer.RAW_KEY);
    return raw.value();
  }
}
