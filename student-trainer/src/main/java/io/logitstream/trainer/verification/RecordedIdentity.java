package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.SettingsChangedEntry;
import io.logitstream.schemas.TeacherSwitchEntry;
import io.logitstream.trainer.recovery.RunConfiguration;
import java.util.List;
import java.util.Optional;

/**
 * What the manifests of a run must have in common, but for the changes that its ledger tells of.
 *
 * @param manifest the last manifest that was compared
 * @param configuration the settings that the result depends on
 * @param teachers the accepted teachers
 */
record RecordedIdentity(
    CheckpointManifest manifest, RunConfiguration configuration, List<String> teachers) {
  RecordedIdentity {
    teachers = List.copyOf(teachers);
  }

  /**
   * What a manifest says.
   *
   * @throws UnprovenException if its configuration is not the one that its hash is of
   */
  static RecordedIdentity of(CheckpointManifest manifest) throws UnprovenException {
    RunConfiguration configuration = new RunConfiguration(manifest.getConfiguration());
    if (!configuration.sha256().equals(manifest.getConfigurationSha256())) {
      throw UnprovenException.refuted(
          "the configuration in the manifest of %s has SHA-256 %s, the manifest says %s"
              .formatted(
                  CheckpointId.of(manifest),
                  configuration.sha256(),
                  manifest.getConfigurationSha256()));
    }
    return new RecordedIdentity(manifest, configuration, manifest.getAcceptedTeachers());
  }

  /**
   * What the manifest of the next chapter says.
   *
   * @throws UnprovenException if that is not what its entries make of this
   */
  RecordedIdentity after(RecordedHistory.Chapter chapter) throws UnprovenException {
    RecordedIdentity next = of(chapter.manifest());
    RunConfiguration expected = configuration;
    List<String> accepted = teachers;
    for (LedgerEntry entry : chapter.entries()) {
      SettingsChangedEntry change = entry.getSettingsChanged();
      if (change != null) {
        Optional<RunConfiguration> changed = expected.after(change);
        expected =
            changed.orElseThrow(() -> contradiction(chapter, change, configuration.values()));
      }
      TeacherSwitchEntry teacherSwitch = entry.getTeacherSwitch();
      if (teacherSwitch != null) {
        if (!teacherSwitch.getBefore().equals(accepted)) {
          throw contradiction(chapter, teacherSwitch, accepted);
        }
        accepted = teacherSwitch.getAfter();
      }
    }
    if (!next.configuration.equals(expected)
        || !next.teachers.equals(accepted)
        || !next.manifest.getInitialStudentSha256().equals(manifest.getInitialStudentSha256())
        || !next.manifest.getTokenizerSha256().equals(manifest.getTokenizerSha256())
        || next.manifest.getSeed() != manifest.getSeed()) {
      throw UnprovenException.refuted(
          "the manifests of %s and %s name other settings, teachers, students or tokenizers, and the ledger has no such change"
              .formatted(CheckpointId.of(manifest), CheckpointId.of(next.manifest)));
    }
    return next;
  }

  private static UnprovenException contradiction(
      RecordedHistory.Chapter chapter, Object entry, Object before) {
    return UnprovenException.refuted(
        "an entry of checkpoint %s says %s, and it was %s before"
            .formatted(CheckpointId.of(chapter.manifest()), entry, before));
  }
}
