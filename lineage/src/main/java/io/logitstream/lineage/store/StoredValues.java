package io.logitstream.lineage.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Values in Avro's single-object encoding: two bytes, the fingerprint of the schema they were
 * written with, the datum. A later build adds the schemas of earlier ones to its decoder; stores
 * outlive the records that they were made from. Safe for all threads.
 *
 * @param <T> class of the values
 */
final class StoredValues<T extends SpecificRecord> {
  private final BinaryMessageEncoder<T> encoder;
  private final BinaryMessageDecoder<T> decoder;

  StoredValues(Class<T> type) {
    SpecificData model = SpecificData.getForClass(type);
    encoder = new BinaryMessageEncoder<>(model, model.getSchema(type));
    decoder = new BinaryMessageDecoder<>(model, model.getSchema(type));
  }

  byte[] bytes(T value) {
    try {
      ByteBuffer encoded = encoder.encode(value);
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail to be written", e);
    }
  }

  T value(byte[] bytes) {
    try {
      return decoder.decode(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a stored value is damaged", e);
    }
  }
}
