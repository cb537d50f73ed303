package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.logitstream.logits.LogitsArbitraries.Sample;
import io.logitstream.logits.MalformedLogitsException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SparseLogitsCodecPropertiesTest {
  @Provide
  Arbitrary<Sample> samples() {
    return LogitsArbitraries.samples();
  }

  @Property
  void decodingGivesBackWhatWasEncoded(@ForAll("samples") Sample sample) {
    byte[] payload = SparseLogitsCodec.encode(sample.logits());
    assertThat(decode(sample, payload)).isEqualTo(sample.logits());
  }

  @Property
  void noPayloadIsLongerThanItsBound(@ForAll("samples") Sample sample) {
    int tokens = sample.logits().tokens().length;
    int vocabularySize = sample.vocabularySize();
    long bound = SparseLogitsCodec.fullPayloadBytes(tokens, vocabularySize);
    if (sample.logits() instanceof SampledLogits sampled) {
      bound = SparseLogitsCodec.sampledPayloadBytes(tokens, vocabularySize, sampled.sampleSize());
    } else if (sample.logits() instanceof TopKLogits top) {
      bound = SparseLogitsCodec.topKPayloadBytes(tokens, vocabularySize, top.k());
    }
    assertThat((long) SparseLogitsCodec.encode(sample.logits()).length).isLessThanOrEqualTo(bound);
  }

  @Property
  void aChangedByteIsNoticedByTheChecksum(
      @ForAll("samples") Sample sample, @ForAll int where, @ForAll byte change) {
    byte[] payload = SparseLogitsCodec.encode(sample.logits());
    payload[Math.floorMod(where, payload.length)] ^= change == 0 ? 1 : change;
    assertThatThrownBy(() -> decode(sample, payload))
        .isInstanceOfSatisfying(
            MalformedLogitsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CHECKSUM));
  }

  @Property
  void aShortenedPayloadIsMalformed(@ForAll("samples") Sample sample, @ForAll int length) {
    byte[] payload = SparseLogitsCodec.encode(sample.logits());
    byte[] shortened = Arrays.copyOf(payload, Math.floorMod(length, payload.length));
    assertThatThrownBy(() -> decode(sample, shortened))
        .isInstanceOf(MalformedLogitsException.class);
  }

  @Property
  void changedContentUnderItsOwnChecksumIsAnErrorOrTheOnlySpellingOfWhatItSays(
      @ForAll("samples") Sample sample, @ForAll int where, @ForAll byte change) {
    byte[] payload = SparseLogitsCodec.encode(sample.logits());
    payload[Math.floorMod(where, payload.length - Integer.BYTES)] ^= change == 0 ? 1 : change;
    assertErrorOrCanonical(sample, sealed(payload));
  }

  @Property
  void anyBytesUnderAChecksumAreAnErrorOrTheOnlySpellingOfWhatTheySay(
      @ForAll("samples") Sample sample, @ForAll byte[] noise) {
    byte[] payload = SparseLogitsCodec.encode(sample.logits());
    byte[] content = Arrays.copyOf(payload, 4 + noise.length + Integer.BYTES);
    System.arraycopy(noise, 0, content, Math.min(4, content.length), noise.length);
    assertErrorOrCanonical(sample, sealed(content));
  }

  private static void assertErrorOrCanonical(Sample sample, byte[] payload) {
    SparseLogits[] decoded = new SparseLogits[1];
    MalformedLogitsException failure =
        catchThrowableOfType(
            MalformedLogitsException.class, () -> decoded[0] = decode(sample, payload));
    if (failure == null) {
      assertThat(SparseLogitsCodec.encode(decoded[0])).isEqualTo(payload);
    } else {
      assertThat(failure.kind()).isEqualTo(Kind.MALFORMED);
    }
  }

  private static SparseLogits decode(Sample sample, byte[] payload) {
    return SparseLogitsCodec.decode(
        SparseLogitsCodec.encodingOf(sample.logits()),
        SparseLogitsCodec.VERSION,
        ByteBuffer.wrap(payload),
        sample.vocabularySize(),
        LogitsArbitraries.MAX_TOKENS);
  }

  /** Puts the right checksum at the end. */
  static byte[] sealed(byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, payload.length - Integer.BYTES);
    ByteBuffer.wrap(payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload.length - Integer.BYTES, (int) crc.getValue());
    return payload;
  }
}
