package io.logitstream.logits.coding;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SampledLogits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Any bytes end in {@link MalformedPriorException} or are the only spelling of a prior, under which
 * a record is written and read: no other error, no endless loop, no memory beyond the heap that the
 * profile {@code fuzz} allows. The checksum is put right before, so that what is behind it is
 * reached.
 */
class PriorFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void anyBytesAreAnErrorOrTheOnlySpellingOfAPrior(byte[] data) {
    if (data.length < Integer.BYTES) {
      return;
    }
    seal(data);
    PriorTables tables;
    try {
      tables = PriorFormat.read(data);
    } catch (MalformedPriorException e) {
      return;
    }
    byte[] again = PriorFormat.write(tables);
    if (!Arrays.equals(again, data)) {
      throw new AssertionError(
          "%s says the same as %s"
              .formatted(HexFormat.of().formatHex(data), HexFormat.of().formatHex(again)));
    }
    checkCodes(new CodedLogitsCodec(ContextPrior.read(data)), tables.vocabularySize());
  }

  private static void checkCodes(CodedLogitsCodec codec, int vocabulary) {
    int[] tokens = {0, vocabulary / 2, vocabulary - 1, 0};
    SampledLogits.Builder builder = new SampledLogits.Builder(tokens, vocabulary, 8, 3);
    for (int row = 0; row < 3; row++) {
      int id = (int) ((long) row * (vocabulary - 1) / 2);
      if (id < vocabulary - 1) {
        builder.add(id, 3);
        builder.add(vocabulary - 1, 5);
      } else {
        builder.add(id, 8);
      }
      builder.endRow();
    }
    SampledLogits logits = builder.build();
    byte[] payload = codec.encode(logits, new int[] {0, 3}).orElseThrow();
    if (!codec.decode(ByteBuffer.wrap(payload), tokens.length).logits().equals(logits)) {
      throw new AssertionError("what was written under a prior is not what is read");
    }
  }

  private static void seal(byte[] prior) {
    CRC32C crc = new CRC32C();
    crc.update(prior, 0, prior.length - Integer.BYTES);
    ByteBuffer.wrap(prior)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(prior.length - Integer.BYTES, (int) crc.getValue());
  }
}
