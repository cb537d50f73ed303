package io.logitstream.trainer.ingest;

import io.logitstream.schemas.TeacherLogits;
import java.util.Optional;

/** Names in a record that would go into ledger entries and telemetry: they must be names. */
public final class RecordNames {
  private static final int MAX_CHARACTERS = 2048;

  private RecordNames() {}

  /** Why a record is condemned, if its names are too long. */
  public static Optional<Reading.Condemned> refusal(TeacherLogits record) {
    long characters =
        (long) record.getPromptId().length()
            + record.getDomain().length()
            + record.getTeacher().getName().length()
            + record.getTeacher().getRevision().length();
    return characters <= MAX_CHARACTERS
        ? Optional.empty()
        : Optional.of(
            new Reading.Condemned(
                "metadata-too-large",
                "promptId, domain and the teacher's names have %d characters, expected at most %d"
                    .formatted(characters, MAX_CHARACTERS)));
  }
}
