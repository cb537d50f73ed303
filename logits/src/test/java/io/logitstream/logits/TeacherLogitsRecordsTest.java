package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TeacherLogitsRecordsTest {
  @Test
  void aRecordSaysWhatItsPayloadHolds() {
    TeacherLogits record = GoldenLogits.record();
    assertThat(record.getEncoding()).isEqualTo(LogitsEncoding.SAMPLED);
    assertThat(record.getEncodingVersion()).isEqualTo(record.getPayload().get(0));
    assertThat(record.getTokenCount()).isEqualTo(5);
    assertThat(record.getSampleSize()).isEqualTo(200);
  }

  @Test
  void aRecordThatContradictsItsPayloadIsMalformed() {
    assertMalformed(record -> record.setTokenCount(6), "6 tokens");
    assertMalformed(record -> record.setSampleSize(100), "sample size 100");
    assertMalformed(record -> record.setSampleSize(null), "sample size null");
    assertMalformed(record -> record.setPriorSha256("ab"), "prior ab");
    assertMalformed(record -> record.setTemperature(0f), "temperature 0.0");
    assertMalformed(record -> record.setTemperature(Float.NaN), "temperature NaN");
    assertMalformed(record -> record.setSpans(spans(0, 4)), "4 trained positions");
    assertMalformed(record -> record.setSpans(spans(0, 2, 1, 2)), "[1, 2)");
    assertMalformed(record -> record.setSpans(spans(2, 5)), "[2, 5)");
    assertMalformed(record -> record.setSpans(spans(-1, 2)), "[-1, 2)");
    assertMalformed(record -> record.setSpans(spans(1, 1, 1, 4)), "[1, 1)");
    assertMalformed(record -> record.setEncodingVersion(0), "version 1");
    assertMalformed(record -> record.getTeacher().setVocabularySize(299), "299");
    assertMalformed(record -> record.getTeacher().setVocabularySize(0), "vocabulary size 0");
  }

  @Test
  void spansThatDoNotFitTheLogitsAreNotWritten() {
    TeacherLogits.Builder record = TeacherLogits.newBuilder().setSpans(spans(0, 4));
    assertThatThrownBy(() -> TeacherLogitsRecords.encodeInto(record, GoldenLogits.sampled()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertMalformed(Consumer<TeacherLogits> change, String message) {
    TeacherLogits record = GoldenLogits.record();
    change.accept(record);
    assertThatThrownBy(() -> TeacherLogitsRecords.decode(record, 100))
        .isInstanceOf(MalformedLogitsException.class)
        .hasMessageContaining(message);
  }

  private static List<TrainedSpan> spans(int... bounds) {
    List<TrainedSpan> spans = new ArrayList<>();
    for (int index = 0; index < bounds.length; index += 2) {
      spans.add(new TrainedSpan(bounds[index], bounds[index + 1], null, 1.0));
    }
    return spans;
  }
}
