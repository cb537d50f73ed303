package io.logitstream.platform.registry;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Walks through an Avro datum without making anything of it. A decoder allocates what the bytes
 * claim; after this walk the claims are known to be no larger than the bytes.
 */
final class DatumWalk {
  private static final int MAX_DEPTH = 64;

  private final BinaryDecoder decoder;
  private final int datumBytes;
  private long items;

  private DatumWalk(BinaryDecoder decoder, int datumBytes) {
    this.decoder = decoder;
    this.datumBytes = datumBytes;
    this.items = datumBytes;
  }

  /**
   * Checks that the bytes from an offset on are one datum of the schema, and nothing else.
   *
   * @throws AvroRuntimeException if they are not
   */
  static void check(Schema writer, byte[] bytes, int offset) {
    int length = bytes.length - offset;
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, offset, length, null);
    try {
      new DatumWalk(decoder, length).walk(writer, 0);
      if (!decoder.isEnd()) {
        throw new AvroRuntimeException("there are bytes after the end of the record");
      }
    } catch (IOException e) {
      throw new AvroRuntimeException("the bytes end within the record", e);
    }
  }

  private void walk(Schema schema, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new AvroRuntimeException("values lie deeper than %d".formatted(MAX_DEPTH));
    }
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          walk(field.schema(), depth + 1);
        }
      }
      case UNION -> walk(branch(schema), depth + 1);
      case ARRAY -> {
        for (long n = decoder.readArrayStart(); n > 0; n = decoder.arrayNext()) {
          for (long i = take(n); i > 0; i--) {
            walk(schema.getElementType(), depth + 1);
          }
        }
      }
      case MAP -> {
        for (long n = decoder.readMapStart(); n > 0; n = decoder.mapNext()) {
          for (long i = take(n); i > 0; i--) {
            skipLengthAndBytes();
            walk(schema.getValueType(), depth + 1);
          }
        }
      }
      case STRING, BYTES -> skipLengthAndBytes();
      case FIXED -> decoder.skipFixed(schema.getFixedSize());
      case ENUM -> {
        int ordinal = decoder.readEnum();
        if (ordinal < 0 || ordinal >= schema.getEnumSymbols().size()) {
          throw new AvroRuntimeException(
              "enum %s has no symbol %d".formatted(schema.getName(), ordinal));
        }
      }
      case INT -> decoder.readInt();
      case LONG -> decoder.readLong();
      case FLOAT -> decoder.readFloat();
      case DOUBLE -> decoder.readDouble();
      case BOOLEAN -> decoder.readBoolean();
      case NULL -> decoder.readNull();
    }
  }

  /** The decoder's own skipping would take a negative length and go back. */
  private void skipLengthAndBytes() throws IOException {
    long length = decoder.readLong();
    if (length < 0 || length > datumBytes) {
      throw new AvroRuntimeException(
          "a value claims %d bytes, the whole record has %d".formatted(length, datumBytes));
    }
    decoder.skipFixed((int) length);
  }

  private Schema branch(Schema union) throws IOException {
    int index = decoder.readIndex();
    if (index < 0 || index >= union.getTypes().size()) {
      throw new AvroRuntimeException("a union has no branch %d".formatted(index));
    }
    return union.getTypes().get(index);
  }

  /** Items take at least a byte each in all our schemas: more of them than bytes is a lie. */
  private long take(long count) {
    items -= count;
    if (items < 0) {
      throw new AvroRuntimeException("arrays or maps claim more items than the record has bytes");
    }
    return count;
  }
}
