package io.logitstream.logits;

import static io.logitstream.logits.SparseLogitsCodecPropertiesTest.sealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.logitstream.logits.MalformedLogitsException.Kind;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodedFullCodecTest {
  private static final double STEP = 1 / 32.0;

  @Property
  void aLogitIsAtMostHalfAStepOffAndZeroProbabilitiesStay(
      @ForAll @IntRange(min = 2, max = 20) int tokens,
      @ForAll @IntRange(min = 1, max = 300) int vocabularySize,
      @ForAll long seed) {
    FullLogits full = random(tokens, vocabularySize, seed);
    FullLogits decoded = decode(encode(full), vocabularySize);
    assertThat(decoded.tokens()).isEqualTo(full.tokens());
    assertThat(decoded.rows()).isEqualTo(full.rows());
    for (int row = 0; row < full.rows(); row++) {
      for (int id = 0; id < vocabularySize; id++) {
        float exact = full.logit(row, id);
        float stored = decoded.logit(row, id);
        if (exact == -65504f) {
          assertThat(stored).isEqualTo(exact);
        } else {
          double within = Math.max(exact, -2046 * STEP);
          assertThat(Math.abs(stored - within))
              .isLessThanOrEqualTo(CodedFullCodec.GREATEST_ERROR_NATS);
        }
      }
    }
  }

  @Property
  void theDivergenceIsWithinItsBoundAndTheMassIsOne(
      @ForAll @IntRange(min = 1, max = 300) int vocabularySize, @ForAll long seed) {
    FullLogits full = random(8, vocabularySize, seed);
    FullLogits decoded = decode(encode(full), vocabularySize);
    float[] exact = new float[vocabularySize];
    float[] stored = new float[vocabularySize];
    for (int row = 0; row < full.rows(); row++) {
      full.logProbabilities(row, exact);
      decoded.logProbabilities(row, stored);
      double divergence = 0;
      double distance = 0;
      double mass = 0;
      for (int id = 0; id < vocabularySize; id++) {
        double p = Math.exp(exact[id]);
        divergence += p > 0 ? p * (exact[id] - stored[id]) : 0;
        distance += Math.abs(p - Math.exp(stored[id])) / 2;
        mass += Math.exp(stored[id]);
      }
      // float32 log-probabilities are off by some 1e-6
      assertThat(divergence).isBetween(-1e-5, STEP * STEP / 8 + 1e-5);
      assertThat(distance).isLessThan(STEP / 4 + 1e-5);
      assertThat(mass).isBetween(1 - 1e-5, 1 + 1e-5);
    }
  }

  @Property
  void whatIsReadIsWrittenAsTheSameBytes(
      @ForAll @IntRange(min = 1, max = 300) int vocabularySize, @ForAll long seed) {
    byte[] payload = encode(random(8, vocabularySize, seed));
    assertThat(encode(decode(payload, vocabularySize))).isEqualTo(payload);
  }

  @Property
  void aChangedByteIsNoticedByTheChecksum(
      @ForAll long seed, @ForAll int where, @ForAll byte change) {
    byte[] payload = encode(random(5, 90, seed));
    payload[Math.floorMod(where, payload.length)] ^= change == 0 ? 1 : change;
    assertThatThrownBy(() -> decode(payload, 90))
        .isInstanceOfSatisfying(
            MalformedLogitsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CHECKSUM));
  }

  @Property
  void changedContentIsAnErrorOrTheOnlySpellingOfWhatItSays(
      @ForAll long seed, @ForAll int where, @ForAll byte change) {
    byte[] payload = encode(random(5, 90, seed));
    payload[Math.floorMod(where, payload.length - Integer.BYTES)] ^= change == 0 ? 1 : change;
    sealed(payload);
    FullLogits[] decoded = new FullLogits[1];
    MalformedLogitsException failure =
        catchThrowableOfType(
            MalformedLogitsException.class, () -> decoded[0] = decode(payload, 90));
    if (failure == null) {
      assertThat(encode(decoded[0])).isEqualTo(payload);
    } else {
      assertThat(failure.kind()).isEqualTo(Kind.MALFORMED);
    }
  }

  @Test
  void rowsThatAreAlikeTakeLessThanHalfOfWhatIsPackedPlainly() {
    FullLogits full = random(40, 300, 1);
    assertThat(encode(full).length).isLessThan(SparseLogitsCodec.encode(full).length / 2);
  }

  @Test
  void aFewBytesAreNotReadAsManyRows() {
    FullLogits flat = new FullLogits(new int[4001], 300, 4000, new short[4000 * 300]);
    assertThat(CodedFullCodec.encode(flat)).isEmpty();
    byte[] payload = encode(random(20, 300, 3));
    byte[] cut = new byte[60];
    System.arraycopy(payload, 0, cut, 0, 56);
    assertThatThrownBy(() -> decode(sealed(cut), 300))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining("expected at most");
  }

  @Test
  void aRecordSaysWhichVersionItHasAndIsReadWithoutAPrior() {
    FullLogits full = random(20, 300, 2);
    TeacherLogits.Builder record = TeacherLogits.newBuilder(GoldenLogits.record());
    record.setSpans(List.of(new TrainedSpan(0, full.rows(), null, 1.0)));
    TeacherLogitsRecords.encodeQuantisedInto(record, full);
    TeacherLogits coded = record.build();
    assertThat(coded.getEncodingVersion()).isEqualTo(2);
    assertThat(coded.getPriorSha256()).isNull();
    assertThat(TeacherLogitsRecords.isCodedFull(coded)).isTrue();
    FullLogits decoded = (FullLogits) TeacherLogitsRecords.decode(coded, 100);
    assertThat(decoded).isEqualTo(decode(encode(full), 300));
    record.setPriorSha256("00".repeat(32));
    assertThatThrownBy(() -> TeacherLogitsRecords.decode(record.build(), 100))
        .isInstanceOf(MalformedLogitsException.class);
  }

  @Test
  void bytesThatWereStoredAreReadAndWrittenForEver() throws IOException {
    byte[] stored;
    try (InputStream in =
        Objects.requireNonNull(CodedFullCodecTest.class.getResourceAsStream("/v2/full.bin"))) {
      stored = in.readAllBytes();
    }
    // Quarters of a nat, so that quantising changes nothing.
    assertThat(decode(stored, 300)).isEqualTo(GoldenLogits.full());
    assertThat(encode(GoldenLogits.full())).isEqualTo(stored);
  }

  /** Ids of different likelihood, rows of different sharpness, some ids that cannot be. */
  private static FullLogits random(int tokens, int vocabularySize, long seed) {
    Random random = new Random(seed);
    int rows = tokens - 1;
    FullLogits.Builder full =
        new FullLogits.Builder(
            random.ints(tokens, 0, vocabularySize).toArray(), vocabularySize, rows);
    double[] known = random.doubles(vocabularySize, -12, 0).toArray();
    double scale = random.nextInt(4) == 0 ? 40 : 1;
    boolean someNothing = random.nextBoolean();
    for (int row = 0; row < rows; row++) {
      float[] logits = new float[vocabularySize];
      for (int id = 0; id < vocabularySize; id++) {
        boolean nothing = id > 0 && someNothing && random.nextInt(9) == 0;
        logits[id] =
            nothing ? Float.NEGATIVE_INFINITY : (float) (known[id] + scale * random.nextGaussian());
      }
      full.add(logits, 0);
    }
    return full.build();
  }

  private static byte[] encode(FullLogits full) {
    return CodedFullCodec.encode(full).orElseThrow();
  }

  private static FullLogits decode(byte[] payload, int vocabularySize) {
    return CodedFullCodec.decode(ByteBuffer.wrap(payload), vocabularySize, 4096);
  }
}
