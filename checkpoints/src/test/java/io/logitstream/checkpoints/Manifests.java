package io.logitstream.checkpoints;

import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Manifests for tests, complete enough to be written. */
final class Manifests {
  private Manifests() {}

  static CheckpointManifest.Builder of(String run, long sequence, List<Artifact> artifacts) {
    return CheckpointManifest.newBuilder()
        .setRun(run)
        .setSequence(sequence)
        .setStep(sequence)
        .setParentSequence(sequence == 0 ? null : sequence - 1)
        .setIncarnation(1)
        .setCreatedAt(Instant.EPOCH)
        .setVerdict(Verdict.UNGATED)
        .setArtifacts(artifacts)
        .setCursors(List.of())
        .setTrainedTokens(0)
        .setTrainedRecords(0)
        .setInitialStudentSha256("00")
        .setTokenizerSha256("00")
        .setAcceptedTeachers(List.of("*"))
        .setSeed(1)
        .setConfiguration(Map.of())
        .setConfigurationSha256("00")
        .setEnvironment(new ComputeEnvironment("cpu", "f32", 1, "2.7.1", "00"))
        .setVersion("test")
        .setLedgerEntries(0);
  }
}
