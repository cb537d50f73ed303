package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.logits.MalformedLogitsException.Kind;
import io.logitstream.logits.coding.CodedParts;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.MalformedPriorException;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodedLogitsCodecTest {
  private static final CodedLogitsCodec LEARNED = new CodedLogitsCodec(CodedLogits.prior(40));
  private static final CodedLogitsCodec IGNORANT = new CodedLogitsCodec(CodedLogits.prior(0));

  @Property(tries = 400)
  void decodingGivesBackWhatWasEncoded(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 500) int sampleSize) {
    SampledLogits sampled = CodedLogits.sampled(sampleSize, seed);
    for (CodedLogitsCodec codec : List.of(LEARNED, IGNORANT)) {
      byte[] payload = encode(codec, sampled);
      CodedLogitsCodec.Decoded decoded = codec.decode(ByteBuffer.wrap(payload), 40);
      assertThat(decoded.logits()).isEqualTo(sampled);
      assertThat(decoded.spans()).isEqualTo(CodedLogits.spans());
    }
  }

  @Property(tries = 300)
  void logitsThatAreUnlikeAllThatWasLearnedComeBackToo(@ForAll long seed) {
    Random random = new Random(seed);
    SampledLogits sampled =
        (SampledLogits)
            LogitsArbitraries.random(
                SampledLogits.class,
                2 + random.nextInt(60),
                CodedLogits.VOCABULARY,
                1 + random.nextInt(2000),
                random);
    int[] spans = sampled.rows() == 0 ? new int[0] : new int[] {0, sampled.rows()};
    byte[] payload = LEARNED.encode(sampled, spans).orElseThrow();
    assertThat(LEARNED.decode(ByteBuffer.wrap(payload), 64).logits()).isEqualTo(sampled);
  }

  @Property(tries = 400)
  void aChangedOrMissingByteIsNoticedByTheChecksum(
      @ForAll int where, @ForAll byte change, @ForAll boolean shortens) {
    byte[] payload = encode(LEARNED, CodedLogits.sampled(28, 1000));
    int at = Math.floorMod(where, payload.length);
    byte[] wrong = shortens ? Arrays.copyOf(payload, at) : payload;
    if (!shortens) {
      wrong[at] ^= change == 0 ? 1 : change;
    }
    assertThatThrownBy(() -> LEARNED.decode(ByteBuffer.wrap(wrong), 40))
        .isInstanceOf(MalformedLogitsException.class);
  }

  @Property(tries = 1500)
  void changedContentUnderItsOwnChecksumIsAnErrorOrTheOnlySpellingOfWhatItSays(
      @ForAll int where, @ForAll byte change, @ForAll byte[] noise) {
    byte[] payload = encode(LEARNED, CodedLogits.sampled(28, 1001));
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
    } else if (decoded[0].logits() instanceof SampledLogits sampledAgain) {
      assertThat(LEARNED.encode(sampledAgain, decoded[0].spans()).orElseThrow()).isEqualTo(payload);
    }
    // A refused payload leaves nothing behind in the coder.
    SampledLogits sampled = CodedLogits.sampled(28, 1002);
    assertThat(LEARNED.decode(ByteBuffer.wrap(encode(LEARNED, sampled)), 40).logits())
        .isEqualTo(sampled);
  }

  @Test
  void aPayloadIsNotReadUnderAnotherPrior() {
    byte[] payload = encode(LEARNED, CodedLogits.sampled(28, 1));
    assertThatThrownBy(() -> IGNORANT.decode(ByteBuffer.wrap(payload), 40))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining(IGNORANT.prior().sha256());
  }

  @Test
  void whatWasLearnedMakesPayloadsShorter() {
    SampledLogits sampled = CodedLogits.sampled(28, 2000);
    int learned = encode(LEARNED, sampled).length;
    assertThat(learned).isLessThan(encode(IGNORANT, sampled).length);
    assertThat(learned).isLessThan(SparseLogitsCodec.encode(sampled).length / 2);
  }

  @Test
  void aPriorIsItsBytesAndNoOthers() {
    ContextPrior prior = LEARNED.prior();
    ContextPrior read = ContextPrior.read(prior.bytes().clone());
    assertThat(read.sha256()).isEqualTo(prior.sha256());
    SampledLogits sampled = CodedLogits.sampled(28, 3);
    assertThat(encode(new CodedLogitsCodec(read), sampled)).isEqualTo(encode(LEARNED, sampled));
  }

  @Property(tries = 300)
  void aPriorThatWasChangedIsRefused(@ForAll int where, @ForAll byte change) {
    byte[] bytes = LEARNED.prior().bytes().clone();
    bytes[Math.floorMod(where, bytes.length)] ^= change == 0 ? 1 : change;
    assertThatThrownBy(() -> ContextPrior.read(bytes)).isInstanceOf(MalformedPriorException.class);
  }

  @Property(tries = 300)
  void aPriorThatWasChangedUnderItsOwnChecksumIsReadOrRefused(
      @ForAll @IntRange(min = 0) int where, @ForAll byte change) {
    byte[] bytes = LEARNED.prior().bytes().clone();
    bytes[where % (bytes.length - Integer.BYTES)] ^= change == 0 ? 1 : change;
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - Integer.BYTES);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length - Integer.BYTES, (int) crc.getValue());
    try {
      assertThat(ContextPrior.read(bytes).vocabularySize()).isPositive();
    } catch (MalformedPriorException e) {
      assertThat(e).hasMessageContaining("prior");
    }
  }

  @Test
  void whatThePartsTakeAddsUpToWhatIsCoded() {
    SampledLogits logits = CodedLogits.sampled(28, 3000);
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
    ContextPrior prior = ContextPrior.read(read("prior.bin"));
    CodedLogitsCodec codec = new CodedLogitsCodec(prior);
    byte[] payload = read("sampled.bin");
    SampledLogits meant =
        (SampledLogits)
            SparseLogitsCodec.decode(
                LogitsEncoding.SAMPLED,
                1,
                ByteBuffer.wrap(read("plain.bin")),
                CodedLogits.VOCABULARY,
                40);
    assertThat(codec.decode(ByteBuffer.wrap(payload), 40).logits()).isEqualTo(meant);
    assertThat(encode(codec, meant)).isEqualTo(payload);
  }

  @Test
  void aRecordNamesThePriorThatItsPayloadNeeds() {
    SampledLogits sampled = CodedLogits.sampled(28, 5);
    TeacherLogits.Builder builder =
        TeacherLogits.newBuilder(GoldenLogits.record())
            .setSpans(
                List.of(new TrainedSpan(0, 10, null, 1.0), new TrainedSpan(15, 39, null, 1.0)));
    TeacherLogitsRecords.encodeInto(builder, sampled, LEARNED);
    TeacherLogits record = builder.build();
    assertThat(record.getPriorSha256()).isEqualTo(LEARNED.prior().sha256());
    assertThat(record.getEncodingVersion()).isEqualTo(record.getPayload().get(0)).isEqualTo(2);
    assertThat(TeacherLogitsRecords.decode(record, 40, sha256 -> Optional.of(LEARNED)))
        .isEqualTo(sampled);
    assertThatThrownBy(() -> TeacherLogitsRecords.decode(record, 40))
        .isInstanceOf(MissingPriorException.class)
        .hasMessageContaining(LEARNED.prior().sha256());
    record.setSpans(List.of(new TrainedSpan(1, 11, null, 1.0), new TrainedSpan(15, 39, null, 1.0)));
    assertThatThrownBy(
            () -> TeacherLogitsRecords.decode(record, 40, sha256 -> Optional.of(LEARNED)))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining("spans");
  }

  private static byte[] encode(CodedLogitsCodec codec, SampledLogits sampled) {
    return codec.encode(sampled, CodedLogits.spans()).orElseThrow();
  }

  private static byte[] read(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            CodedLogitsCodecTest.class.getResourceAsStream("/v2/" + file), file)) {
      return in.readAllBytes();
    }
  }
}
