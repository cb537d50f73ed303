package io.logitstream.logits;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.schemas.LogitsEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Any bytes end in {@link MalformedLogitsException} or are the only spelling of what they say: no
 * other error, no endless loop, no memory beyond the heap that the profile {@code fuzz} allows. The
 * checksum is put right before decoding, so that what is behind it is reached.
 *
 * <p>The first byte chooses what the rest is read as: 0 to 3 plainly (LABELS, FULL, TOP_K,
 * SAMPLED), 7 as quantised and coded FULL, others under the prior of the golden files.
 */
class DecoderFuzzTest {
  private static final int VOCABULARY = 300;
  private static final int MAX_TOKENS = 1 << 12;
  private static final LogitsEncoding[] PLAIN = {
    LogitsEncoding.LABELS, LogitsEncoding.FULL, LogitsEncoding.TOP_K, LogitsEncoding.SAMPLED
  };
  private static final int CODED_FULL = 7;
  private static final CodedLogitsCodec CODEC = new CodedLogitsCodec(prior());
  private static final byte[] PRIOR_SHA256 = HexFormat.of().parseHex(CODEC.prior().sha256());

  @FuzzTest(maxDuration = "10m")
  void anyBytesAreAnErrorOrTheOnlySpellingOfWhatTheySay(byte[] data) {
    if (data.length < 1 + Integer.BYTES) {
      return;
    }
    int choice = data[0] & 7;
    byte[] payload = Arrays.copyOfRange(data, 1, data.length);
    seal(payload, choice < PLAIN.length || choice == CODED_FULL ? new byte[0] : PRIOR_SHA256);
    byte[] again;
    try {
      again = again(choice, payload);
    } catch (MalformedLogitsException e) {
      return;
    }
    if (!Arrays.equals(again, payload)) {
      throw new AssertionError(
          "%s says the same as %s"
              .formatted(HexFormat.of().formatHex(payload), HexFormat.of().formatHex(again)));
    }
  }

  private static byte[] again(int choice, byte[] payload) {
    if (choice == CODED_FULL) {
      ByteBuffer bytes = ByteBuffer.wrap(payload);
      return CodedFullCodec.encode(CodedFullCodec.decode(bytes, VOCABULARY, MAX_TOKENS))
          .orElseThrow();
    }
    return choice < PLAIN.length ? plain(PLAIN[choice], payload) : coded(payload);
  }

  private static byte[] plain(LogitsEncoding encoding, byte[] payload) {
    return SparseLogitsCodec.encode(
        SparseLogitsCodec.decode(encoding, 1, ByteBuffer.wrap(payload), VOCABULARY, MAX_TOKENS));
  }

  private static byte[] coded(byte[] payload) {
    CodedLogitsCodec.Decoded decoded = CODEC.decode(ByteBuffer.wrap(payload), MAX_TOKENS);
    return (decoded.logits() instanceof TopKLogits top
            ? CODEC.encode(top, decoded.spans())
            : CODEC.encode((SampledLogits) decoded.logits(), decoded.spans()))
        .orElseThrow();
  }

  private static void seal(byte[] payload, byte[] context) {
    CRC32C crc = new CRC32C();
    crc.update(context);
    crc.update(payload, 0, payload.length - Integer.BYTES);
    ByteBuffer.wrap(payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload.length - Integer.BYTES, (int) crc.getValue());
  }

  private static ContextPrior prior() {
    try (InputStream in =
        Objects.requireNonNull(DecoderFuzzTest.class.getResourceAsStream("/v2/prior.bin"))) {
      return ContextPrior.read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
