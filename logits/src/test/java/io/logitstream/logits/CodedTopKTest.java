package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.logits.MalformedLogitsException.Kind;
import io.logitstream.logits.coding.CodedParts;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodedTopKTest {
  private static final CodedLogitsCodec LEARNED = new CodedLogitsCodec(CodedLogits.topKPrior(40));
  private static final CodedLogitsCodec OF_SAMPLES = new CodedLogitsCodec(CodedLogits.prior(40));

  @Property(tries = 300)
  void decodingGivesBackWhatWasEncoded(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int k) {
    TopKLogits top = CodedLogits.topK(k, seed);
    for (CodedLogitsCodec codec : List.of(LEARNED, OF_SAMPLES)) {
      CodedLogitsCodec.Decoded decoded = codec.decode(ByteBuffer.wrap(encode(codec, top)), 40);
      assertThat(decoded.logits()).isEqualTo(top);
      assertThat(decoded.spans()).isEqualTo(CodedLogits.spans());
    }
  }

  @Property(tries = 300)
  void logitsThatAreUnlikeAllThatWasLearnedComeBackToo(@ForAll long seed) {
    Random random = new Random(seed);
    TopKLogits top =
        (TopKLogits)
            LogitsArbitraries.random(
                TopKLogits.class,
                2 + random.nextInt(60),
                CodedLogits.VOCABULARY,
                1 + random.nextInt(300),
                random);
    int[] spans = top.rows() == 0 ? new int[0] : new int[] {0, top.rows()};
    byte[] payload = LEARNED.encode(top, spans).orElseThrow();
    assertThat(LEARNED.decode(ByteBuffer.wrap(payload), 64).logits()).isEqualTo(top);
  }

  @Property(tries = 300)
  void aChangedOrMissingByteIsNoticedByTheChecksum(
      @ForAll int where, @ForAll byte change, @ForAll boolean shortens) {
    byte[] payload = encode(LEARNED, CodedLogits.topK(12, 1000));
    int at = Math.floorMod(where, payload.length);
    byte[] wrong = shortens ? Arrays.copyOf(payload, at) : payload;
    if (!shortens) {
      wrong[at] ^= change == 0 ? 1 : change;
    }
    assertThatThrownBy(() -> LEARNED.decode(ByteBuffer.wrap(wrong), 40))
        .isInstanceOf(MalformedLogitsException.class);
  }

  @Property(tries = 800)
  void changedContentUnderItsOwnChecksumIsAnErrorOrTheOnlySpellingOfWhatItSays(
      @ForAll int where, @ForAll byte change, @ForAll byte[] noise) {
    byte[] payload = encode(LEARNED, CodedLogits.topK(12, 1001));
    int at = Math.floorMod(where, payload.length - Integer.BYTES);
    payload[at] ^= change;
    int room = payload.length - Integer.BYTES - at;
    System.arraycopy(noise, 0, payload, at, Math.min(noise.length, room));
    CodedLogits.seal(payload, LEARNED.prior());
    CodedLogitsCodec.Decoded[] decoded = new CodedLogitsCodec.Decoded[1];
    MalformedLogitsException failure =
        catchThrowableOfType(
            MalformedLogitsException.class,
            () -> decoded[0] = LEARNED.decode(ByteBuffer.wrap(payload), 40));
    if (failure != null) {
      assertThat(failure.kind()).isEqualTo(Kind.MALFORMED);
    } else if (decoded[0].logits() instanceof TopKLogits top) {
      assertThat(LEARNED.encode(top, decoded[0].spans()).orElseThrow()).isEqualTo(payload);
    }
    // A refused payload leaves nothing behind in the coder.
    TopKLogits top = CodedLogits.topK(12, 1002);
    assertThat(LEARNED.decode(ByteBuffer.wrap(encode(LEARNED, top)), 40).logits()).isEqualTo(top);
  }

  @Test
  void whatWasLearnedMakesPayloadsShorterThanHalf() {
    TopKLogits top = CodedLogits.topK(12, 2000);
    assertThat(encode(LEARNED, top).length)
        .isLessThan(encode(OF_SAMPLES, top).length)
        .isLessThan(SparseLogitsCodec.encode(top).length / 2);
  }

  @Test
  void manyRowsInFewBytesAreRefusedBeforeTheyAreMadeRoomFor() {
    PayloadWriter writer = new PayloadWriter(64);
    writer.writeByte(2);
    writer.writeByte(4);
    writer.writeVarint(1 << 24);
    writer.writeVarint(300);
    writer.writeVarint(1);
    writer.writeVarint(0);
    writer.writeVarint((1 << 24) - 1);
    byte[] payload = CodedLogits.seal(writer.finish(), LEARNED.prior());
    assertThatThrownBy(() -> LEARNED.decode(ByteBuffer.wrap(payload), 1 << 24))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining("16777215 rows of 300 ids");
  }

  @Test
  void aRecordNamesItsPriorAndWhatItsPayloadHolds() {
    TopKLogits top = CodedLogits.topK(12, 5);
    TeacherLogits.Builder builder =
        TeacherLogits.newBuilder(GoldenLogits.record())
            .setSpans(
                List.of(new TrainedSpan(0, 10, null, 1.0), new TrainedSpan(15, 39, null, 1.0)));
    TeacherLogitsRecords.encodeInto(builder, top, LEARNED);
    TeacherLogits record = builder.build();
    assertThat(record.getPriorSha256()).isEqualTo(LEARNED.prior().sha256());
    assertThat(record.getSampleSize()).isEqualTo(12);
    assertThat(TeacherLogitsRecords.decode(record, 40, sha256 -> Optional.of(LEARNED)))
        .isEqualTo(top);
    record.setEncoding(LogitsEncoding.SAMPLED);
    assertThatThrownBy(
            () -> TeacherLogitsRecords.decode(record, 40, sha256 -> Optional.of(LEARNED)))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining("the record names SAMPLED");
  }

  @Test
  void whatThePartsTakeAddsUpToWhatIsCoded() {
    TopKLogits logits = CodedLogits.topK(12, 3000);
    CodedParts parts = LEARNED.measure(logits, CodedLogits.spans());
    double bytes = (parts.tokens() + parts.ids() + parts.counts()) / Byte.SIZE;
    int framing = 2 + 3 + 4 + Integer.BYTES;
    assertThat(bytes).isCloseTo(encode(LEARNED, logits).length - framing, within(4.0));
    assertThat(parts.tokens()).isPositive();
    assertThat(parts.ids()).isPositive();
    assertThat(parts.counts()).isPositive();
  }

  @Test
  void bytesOfVersionTwoAreReadAsTheyWereMeant() throws IOException {
    CodedLogitsCodec codec = new CodedLogitsCodec(ContextPrior.read(read("prior.bin")));
    byte[] payload = read("top-k.bin");
    SparseLogits meant =
        SparseLogitsCodec.decode(
            LogitsEncoding.TOP_K,
            1,
            ByteBuffer.wrap(read("top-k-plain.bin")),
            CodedLogits.VOCABULARY,
            40);
    assertThat(codec.decode(ByteBuffer.wrap(payload), 40).logits()).isEqualTo(meant);
    assertThat(encode(codec, (TopKLogits) meant)).isEqualTo(payload);
  }

  private static byte[] encode(CodedLogitsCodec codec, TopKLogits top) {
    return codec.encode(top, CodedLogits.spans()).orElseThrow();
  }

  private static byte[] read(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CodedTopKTest.class.getResourceAsStream("/v2/" + file), file)) {
      return in.readAllBytes();
    }
  }
}
