package io.logitstream.platform.registry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

class DatumWalkTest {
  private static final Schema ARRAY = Schema.createArray(Schema.create(Schema.Type.LONG));
  private static final Schema BYTES = Schema.create(Schema.Type.BYTES);
  private static final Schema MAP = Schema.createMap(Schema.create(Schema.Type.STRING));

  @Test
  void wholeDatumsPass() throws IOException {
    byte[] datum =
        bytes(
            encoder -> {
              encoder.writeArrayStart();
              encoder.setItemCount(2);
              encoder.writeLong(1);
              encoder.writeLong(2);
              encoder.writeArrayEnd();
            });

    assertThatCode(() -> DatumWalk.check(ARRAY, datum, 0)).doesNotThrowAnyException();
  }

  @Test
  void claimsLargerThanTheBytesAreRefused() throws IOException {
    byte[] items = bytes(encoder -> encoder.writeLong(Integer.MAX_VALUE - 100));
    // A negative count is followed by the block's size, by which readers may jump over it.
    byte[] jump =
        bytes(
            encoder -> {
              encoder.writeLong(-2_000_000_000);
              encoder.writeLong(1);
              encoder.writeLong(0);
              encoder.writeLong(0);
            });
    for (Schema schema : new Schema[] {ARRAY, MAP, BYTES, Schema.create(Schema.Type.STRING)}) {
      assertThatThrownBy(() -> DatumWalk.check(schema, items, 0))
          .as("%s", schema)
          .isInstanceOf(AvroRuntimeException.class);
    }
    assertThatThrownBy(() -> DatumWalk.check(ARRAY, jump, 0))
        .isInstanceOf(AvroRuntimeException.class);
  }

  @Test
  void itemsWithoutBytesCannotBeCountedForEver() throws IOException {
    Schema nothings = Schema.createArray(Schema.create(Schema.Type.NULL));
    byte[] many = bytes(encoder -> encoder.writeLong(2_000_000_000));

    assertThatThrownBy(() -> DatumWalk.check(nothings, many, 0))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageContaining("more items than the record has bytes");
  }

  @Test
  void negativeLengthsAreRefused() throws IOException {
    byte[] negative = bytes(encoder -> encoder.writeLong(-5));

    assertThatThrownBy(() -> DatumWalk.check(BYTES, negative, 0))
        .isInstanceOf(AvroRuntimeException.class);
  }

  @Test
  void bytesAfterTheDatumAreRefused() throws IOException {
    byte[] datum = bytes(encoder -> encoder.writeBytes(new byte[] {1, 2}));

    assertThatThrownBy(() -> DatumWalk.check(BYTES, Arrays.copyOf(datum, datum.length + 1), 0))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageContaining("after the end");
  }

  @Test
  void unknownSymbolsAndBranchesAreRefused() throws IOException {
    byte[] seven = bytes(encoder -> encoder.writeLong(7));

    assertThatThrownBy(
            () -> DatumWalk.check(SchemaBuilder.enumeration("E").symbols("A", "B"), seven, 0))
        .isInstanceOf(AvroRuntimeException.class);
    assertThatThrownBy(() -> DatumWalk.check(SchemaBuilder.nullable().longType(), seven, 0))
        .isInstanceOf(AvroRuntimeException.class);
  }

  @Test
  void endlessNestingIsRefused() throws IOException {
    Schema tree =
        new Schema.Parser()
            .parse(
                "{'type':'record','name':'Tree','fields':[{'name':'below','type':['null','Tree']}]}"
                    .replace('\'', '"'));
    byte[] deep =
        bytes(
            encoder -> {
              for (int i = 0; i < 100_000; i++) {
                encoder.writeIndex(1);
              }
              encoder.writeIndex(0);
            });

    assertThatThrownBy(() -> DatumWalk.check(tree, deep, 0))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageContaining("deeper");
  }

  private interface Writing {
    void to(BinaryEncoder encoder) throws IOException;
  }

  private static byte[] bytes(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    writing.to(encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
