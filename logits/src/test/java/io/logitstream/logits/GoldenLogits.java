package io.logitstream.logits;

import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What the golden files of version 1 hold. */
final class GoldenLogits {
  private static final int VOCABULARY = 300;

  private GoldenLogits() {}

  static Labels labels() {
    return new Labels(new int[] {0, 299, 17, 1, 256, 255, 128});
  }

  static FullLogits full() {
    FullLogits.Builder full = new FullLogits.Builder(new int[] {0, 17, 299}, VOCABULARY, 2);
    for (int row = 0; row < 2; row++) {
      float[] logits = new float[VOCABULARY];
      for (int id = 0; id < VOCABULARY; id++) {
        logits[id] = (id * 37 % 101 - 50) / 4f;
      }
      logits[7 + row] = Float.NEGATIVE_INFINITY;
      full.add(logits, 0);
    }
    return full.build();
  }

  static SampledLogits sampled() {
    return new SampledLogits(
        new int[] {0, 17, 299, 4, 5},
        VOCABULARY,
        200,
        new int[] {0, 3, 4, 6},
        new int[] {0, 1, 299, 42, 130, 131},
        new int[] {1, 2, 197, 200, 199, 1});
  }

  static TopKLogits topK() {
    return new TopKLogits(
        new int[] {0, 17, 299, 4, 5},
        VOCABULARY,
        3,
        3,
        new int[] {0, 1, 299, 40, 41, 200, 5, 6, 130},
        new short[] {0, 1, 127, 128, 16, 1022, 1023, 0, 7, 1000, 0, 1023});
  }

  static TeacherLogits record() {
    TeacherLogits.Builder record =
        TeacherLogits.newBuilder()
            .setPromptId("dGhlIHByb21wdCBpZA")
            .setWindow(1)
            .setWindows(3)
            .setTeacher(new TeacherIdentity("teacher", "0123456789ab", "ab", "cd", VOCABULARY))
            .setSpans(List.of(new TrainedSpan(0, 1, 1.5f, 1.0), new TrainedSpan(2, 4, null, 1.0)))
            .setTemperature(2f)
            .setSource("source")
            .setSourcePosition("jar!/entry")
            .setPromptPartition(3)
            .setPromptOffset(1L << 40)
            .setDocumentGroup("library")
            .setHeldOut(true)
            .setSubject("someone")
            .setDomain("java")
            .setOrigin(
                Origin.newBuilder().setKind(OriginKind.STUDENT).setRun("r").setStep(9L).build())
            .setWeight(0.5)
            .setComputeType("bf16")
            .setCreatedAt(Instant.ofEpochMilli(1_700_000_000_000L))
            .setScoredAt(Instant.ofEpochMilli(1_700_000_000_321L))
            .setAttributes(Map.of("key", "välue"));
    TeacherLogitsRecords.encodeInto(record, sampled());
    return record.build();
  }
}
