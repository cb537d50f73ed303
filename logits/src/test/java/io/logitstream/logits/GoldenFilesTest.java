package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that version 1 wrote are read for ever. A new version adds files; none is ever changed. */
class GoldenFilesTest {
  private static final int VOCABULARY = 300;

  private enum File {
    LABELS("labels.bin", LogitsEncoding.LABELS, GoldenLogits.labels()),
    FULL("full.bin", LogitsEncoding.FULL, GoldenLogits.full()),
    TOP_K("top-k.bin", LogitsEncoding.TOP_K, GoldenLogits.topK()),
    SAMPLED("sampled.bin", LogitsEncoding.SAMPLED, GoldenLogits.sampled());

    private final String file;
    private final LogitsEncoding encoding;
    private final SparseLogits logits;

    File(String file, LogitsEncoding encoding, SparseLogits logits) {
      this.file = file;
      this.encoding = encoding;
      this.logits = logits;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPayloadOfVersionOneIsReadAsItWasMeant(File golden) {
    ByteBuffer payload = ByteBuffer.wrap(read(golden.file));
    assertThat(SparseLogitsCodec.decode(golden.encoding, 1, payload, VOCABULARY, 100))
        .isEqualTo(golden.logits);
  }

  @ParameterizedTest
  @EnumSource
  void versionOneIsStillWrittenAsItWas(File golden) {
    assertThat(SparseLogitsCodec.encode(golden.logits)).isEqualTo(read(golden.file));
  }

  @Test
  void aRecordOfVersionOneIsReadAsItWasMeant() throws IOException {
    BinaryMessageDecoder<TeacherLogits> decoder =
        new BinaryMessageDecoder<>(new SpecificData(), TeacherLogits.getClassSchema());
    decoder.addSchema(
        new Schema.Parser().parse(new ByteArrayInputStream(read("teacher-logits.avsc"))));
    TeacherLogits record = decoder.decode(ByteBuffer.wrap(read("teacher-logits.avro")));
    assertThat(record).isEqualTo(GoldenLogits.record());
    assertThat(TeacherLogitsRecords.decode(record, 100)).isEqualTo(GoldenLogits.sampled());
  }

  private static byte[] read(String file) {
    try (InputStream in =
        Objects.requireNonNull(GoldenFilesTest.class.getResourceAsStream("/v1/" + file), file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
