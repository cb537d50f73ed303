package io.logitstream.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | overlap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}} | 12 | leave a gap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 12 | there are 12 bytes of data",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | 12 | there are 12 bytes of data",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | has 4 bytes, expected 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | 4 | expected its begin and its end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4.5]}} | 4 | expected whole numbers",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 4 | expected whole numbers",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}} | 4 | more than 64 bits can count",
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}} | 8 | expected F32, BF16 or F16",
        "{\"a\":{\"shape\":[1],\"data_offsets\":[0,8]}} | 8 | tensor a has dtype",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}} | 4 | has no shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 4 | not JSON",
        "{\"a\":7} | 0 | tensor a has dtype",
        "[] | 0 | not a JSON object",
        "{\"a\": | 0 | not JSON",
        "{} {} | 0 | not JSON"
      })
  void aDamagedHeaderIsRefusedByName(String header, int dataBytes, String message)
      throws IOException {
    Path file = write(header.getBytes(StandardCharsets.UTF_8), new byte[dataBytes]);

    assertThatExceptionOfType(SafetensorsException.class)
        .isThrownBy(() -> SafetensorsFile.open(file))
        .withMessageContaining(message)
        .withMessageContaining(file.toString());
  }

  @Test
  void aHeaderLongerThanTheFileIsRefusedBeforeItIsRead() throws IOException {
    Path file = directory.resolve("long");
    Files.write(
        file,
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE).array());

    assertThatExceptionOfType(SafetensorsException.class)
        .isThrownBy(() -> SafetensorsFile.open(file))
        .withMessageContaining("expected 2 to 8");
  }

  @Test
  void tensorsPastTwoGibibytesAreRead() throws IOException {
    long bytes = 5L << 29;
    byte[] header =
        ("{\"far\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}")
            .formatted(bytes / 2, bytes, bytes, bytes + 4)
            .getBytes(StandardCharsets.UTF_8);
    Path file = write(header, new byte[0]);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 7.5f);
      channel.write(value, 8 + header.length + bytes);
    }

    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.read("last").values()).containsExactly(7.5f);
    }
  }

  @Test
  void halfPrecisionIsWidenedExactly() throws IOException {
    // 1, -2, 65504, the smallest subnormal, -0, infinity
    short[] halves = {0x3C00, (short) 0xC000, 0x7BFF, 0x0001, (short) 0x8000, 0x7C00};
    ByteBuffer data = ByteBuffer.allocate(2 * halves.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asShortBuffer().put(halves);
    String header =
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(halves.length, data.capacity());
    Path file = write(header.getBytes(StandardCharsets.UTF_8), data.array());

    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.read("a").values())
          .containsExactly(1f, -2f, 65504f, 0x1.0p-24f, -0f, Float.POSITIVE_INFINITY);
    }
  }

  @Test
  void tensorsMayStandInAnyOrderInTheHeader() throws IOException {
    String header =
        "{\"late\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
            + "\"early\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
    ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1.5f).putFloat(2.5f);
    Path file = write(header.getBytes(StandardCharsets.UTF_8), data.array());

    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.read("early").values()).containsExactly(1.5f);
      assertThat(read.read("late").values()).containsExactly(2.5f);
    }
  }

  @Test
  void aTensorThatIsNotThereIsNamed() throws IOException {
    Path file = write("{}".getBytes(StandardCharsets.UTF_8), new byte[0]);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThatExceptionOfType(SafetensorsException.class)
          .isThrownBy(() -> read.read("lm_head.weight"))
          .withMessageContaining("lm_head.weight");
    }
  }

  private Path write(byte[] header, byte[] data) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + header.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .put(data);
    return Files.write(directory.resolve("file.safetensors"), bytes.array());
  }
}
