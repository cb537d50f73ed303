package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.logits.MalformedLogitsException.Kind;
import io.logitstream.schemas.LogitsEncoding;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SparseLogitsCodecTest {
  private static final int VOCABULARY = 4096;

  @Test
  void tokensTakeTheBitsOfTheGreatestOne() {
    byte[] payload = SparseLogitsCodec.encode(new Labels(new int[] {0, 4095, 7, 8}));
    assertThat(payload).hasSize(1 + 1 + 1 + 1 + 6 + 4);
  }

  @Test
  void aSampledEntryTakesTwoOrThreeBytes() {
    int[] tokens = new int[257];
    SampledLogits.Builder one = new SampledLogits.Builder(tokens, VOCABULARY, 50, 256);
    for (int row = 0; row < 256; row++) {
      one.add(4095, 50);
      one.endRow();
    }
    assertThat(SparseLogitsCodec.encode(one.build()).length).isLessThan(256 * 3 + 60);
  }

  @Test
  void anEncodingOfANewerVersionWaitsForANewerBuild() {
    ByteBuffer payload = ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 0, 0, 0});
    assertThatThrownBy(
            () -> SparseLogitsCodec.decode(LogitsEncoding.SAMPLED, 2, payload, VOCABULARY, 100))
        .isInstanceOf(UnsupportedEncodingException.class)
        .hasMessageContaining("version 2");
    assertThatThrownBy(
            () -> SparseLogitsCodec.decode(LogitsEncoding.UNKNOWN, 1, payload, VOCABULARY, 100))
        .isInstanceOf(UnsupportedEncodingException.class);
  }

  @Test
  void aPayloadIsReadAsTheEncodingItWasWrittenIn() {
    byte[] labels = SparseLogitsCodec.encode(new Labels(new int[] {1, 2, 3}));
    assertThatThrownBy(
            () ->
                SparseLogitsCodec.decode(
                    LogitsEncoding.SAMPLED, 1, ByteBuffer.wrap(labels), VOCABULARY, 100))
        .isInstanceOfSatisfying(
            MalformedLogitsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MALFORMED))
        .hasMessageContaining("the record names SAMPLED");
  }

  @Test
  void moreTokensThanAcceptedAreRefusedBeforeTheyAreRead() {
    byte[] payload = SparseLogitsCodec.encode(new Labels(new int[101]));
    assertThatThrownBy(
            () ->
                SparseLogitsCodec.decode(
                    LogitsEncoding.LABELS, 1, ByteBuffer.wrap(payload), VOCABULARY, 100))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining("number of tokens is 101, expected from 2 to 100");
  }

  @Test
  void decodingLeavesTheBufferAsItWas() {
    byte[] payload = SparseLogitsCodec.encode(new Labels(new int[] {5, 6}));
    ByteBuffer framed = ByteBuffer.allocate(payload.length + 8);
    framed.position(3).put(payload).flip().position(3);
    SparseLogits decoded =
        SparseLogitsCodec.decode(LogitsEncoding.LABELS, 1, framed, VOCABULARY, 100);
    assertThat(decoded.tokens()).containsExactly(5, 6);
    assertThat(framed.position()).isEqualTo(3);
    assertThat(framed.remaining()).isEqualTo(payload.length);
  }
}
