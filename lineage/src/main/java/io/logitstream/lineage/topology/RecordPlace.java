package io.logitstream.lineage.topology;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Where a record was read.
 *
 * @param appendedAt the broker's time: topics carry LogAppendTime
 */
record RecordPlace(String topic, int partition, long offset, Instant appendedAt) {
  static RecordPlace of(ProcessorContext<Void, Void> context, Record<byte[], byte[]> record) {
    RecordMetadata metadata =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a record that was read nowhere"));
    return new RecordPlace(
        metadata.topic(),
        metadata.partition(),
        metadata.offset(),
        Instant.ofEpochMilli(record.timestamp()));
  }

  /** The key as text; empty where there is none, or where it is not UTF-8. */
  static Optional<String> key(byte @Nullable [] key) {
    if (key == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }
}
