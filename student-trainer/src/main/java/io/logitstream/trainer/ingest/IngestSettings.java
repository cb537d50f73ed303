package io.logitstream.trainer.ingest;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;

/**
 * What is read, and how far ahead.
 *
 * @param teachers the teachers whose records are trained on
 * @param bufferRecords records that are fetched and decoded ahead in each partition
 * @param bufferBytes bytes of values that are held ahead in each partition; one record may exceed
 *     it
 * @param maxCondemned the most records that may be condemned between two checkpoints
 * @param skips records that an operator condemned, each PARTITION@OFFSET
 */
public record IngestSettings(
    AcceptedTeachers teachers,
    int bufferRecords,
    long bufferBytes,
    int maxCondemned,
    List<SkippedRecord> skips) {
  private static final Setting<List<String>> TEACHERS =
      Setting.list(
          "student.teachers",
          List.of("*"),
          "Teachers whose records are trained on, NAME@REVISION or * for any; records of others are"
              + " passed over. A change is an entry in the run's ledger.");
  private static final Setting<Integer> BUFFER_RECORDS =
      Setting.integer(
          "ingest.buffer-records",
          64,
          1,
          100_000,
          "Records that are fetched and decoded ahead, in each partition.");
  private static final Setting<Integer> BUFFER_MIB =
      Setting.integer(
          "ingest.buffer-mib", 32, 1, 4096, "MiB of values held ahead, in each partition.");
  private static final Setting<Integer> MAX_CONDEMNED =
      Setting.integer(
          "ingest.max-condemned",
          1000,
          0,
          100_000,
          "The most records that may go to the dead letters between two checkpoints; one more stops"
              + " the run.");
  private static final Setting<List<String>> SKIPS =
      Setting.list(
          "train.skip",
          List.of(),
          "Records of teacher-logits that are not trained on, each PARTITION@OFFSET: for a record"
              + " that kills the process.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(TEACHERS, BUFFER_RECORDS, BUFFER_MIB, MAX_CONDEMNED, SKIPS);

  public IngestSettings {
    skips = List.copyOf(skips);
  }

  /** Reads the settings. */
  public static IngestSettings from(Configuration configuration) {
    return new IngestSettings(
        new AcceptedTeachers(configuration.get(TEACHERS)),
        configuration.get(BUFFER_RECORDS),
        (long) configuration.get(BUFFER_MIB) << 20,
        configuration.get(MAX_CONDEMNED),
        configuration.get(SKIPS).stream().map(SkippedRecord::parse).toList());
  }
}
