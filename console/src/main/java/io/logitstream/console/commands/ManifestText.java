package io.logitstream.console.commands;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ChunkRange;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.schemas.RehearsalWindow;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A manifest as people read it. */
final class ManifestText {
  private final PrintWriter out;

  ManifestText(PrintWriter out) {
    this.out = out;
  }

  void print(CheckpointManifest manifest) {
    out.printf(
        "checkpoint %s%s%n",
        CheckpointId.of(manifest), manifest.getExpired() ? ": expired, its bytes may be gone" : "");
    line("step", String.format(Locale.ROOT, "%,d", manifest.getStep()));
    line(
        "trained on",
        String.format(
            Locale.ROOT,
            "%,d records, %,d tokens",
            manifest.getTrainedRecords(),
            manifest.getTrainedTokens()));
    line("parent", parent(manifest));
    line("verdict", verdict(manifest));
    line("committed", manifest.getCreatedAt().truncatedTo(ChronoUnit.SECONDS));
    line("incarnation", manifest.getIncarnation());
    line("build", manifest.getVersion());
    line(
        "computed on",
        "%s, %s, %d threads, libtorch %s, fingerprint %s"
            .formatted(
                manifest.getEnvironment().getDevice(),
                manifest.getEnvironment().getComputeType(),
                manifest.getEnvironment().getThreads(),
                manifest.getEnvironment().getLibtorch(),
                manifest.getEnvironment().getFingerprint()));
    line("teachers", String.join(", ", manifest.getAcceptedTeachers()));
    line("student at 0", "sha256 " + manifest.getInitialStudentSha256());
    line("tokenizer", "sha256 " + manifest.getTokenizerSha256());
    loss(manifest.getLoss());
    evaluation(manifest);
    artifacts(manifest);
    manifest.getCursors().forEach(this::cursor);
    RehearsalState rehearsal = manifest.getRehearsal();
    if (rehearsal != null) {
      rehearsal(rehearsal.getWindow());
    }
    out.printf(
        "%nsettings that the result depends on (sha256 %s):%n", manifest.getConfigurationSha256());
    new TreeMap<>(manifest.getConfiguration())
        .forEach((key, value) -> out.printf("  %s=%s%n", key, value));
  }

  private static String parent(CheckpointManifest manifest) {
    Long parent = manifest.getParentSequence();
    if (parent != null) {
      return new CheckpointId(manifest.getRun(), parent).toString();
    }
    return manifest.getReplayOf() == null
        ? "none: the run's first"
        : "none: the run's first, which began with " + manifest.getReplayOf();
  }

  private static String verdict(CheckpointManifest manifest) {
    String verdict = manifest.getVerdict().name().toLowerCase(Locale.ROOT);
    return manifest.getVerdictReason() == null
        ? verdict
        : verdict + ": " + manifest.getVerdictReason();
  }

  private void loss(@Nullable LossTerms loss) {
    if (loss != null) {
      line(
          "loss",
          String.format(
              Locale.ROOT,
              "%.4f (cross-entropy %.4f%s) over %,d tokens since the parent",
              loss.getObjective(),
              loss.getCrossEntropy(),
              loss.getForwardKl() == null
                  ? ""
                  : String.format(Locale.ROOT, ", forward KL %.4f", loss.getForwardKl()),
              loss.getTokens()));
    }
  }

  private void evaluation(CheckpointManifest manifest) {
    if (!manifest.getEvaluation().isEmpty()) {
      out.printf(
          "%n%-20s %8s %12s %12s %12s %14s%n",
          "HELD OUT", "WINDOWS", "TOKENS", "ACCEPTANCE", "FORWARD KL", "CROSS-ENTROPY");
      new TreeMap<>(manifest.getEvaluation())
          .forEach(
              (domain, metrics) ->
                  out.printf(
                      Locale.ROOT,
                      "%-20s %8d %,12d %12s %12s %14.4f%n",
                      domain,
                      metrics.getWindows(),
                      metrics.getTokens(),
                      HeldOutText.acceptance(metrics, 4),
                      HeldOutText.forwardKl(metrics, 4),
                      metrics.getCrossEntropy()));
    }
  }

  private void artifacts(CheckpointManifest manifest) {
    out.printf("%n%-20s %16s %8s  %s%n", "ARTIFACT", "BYTES", "CHUNKS", "SHA-256");
    for (Artifact artifact : manifest.getArtifacts()) {
      out.printf(
          Locale.ROOT,
          "%-20s %,16d %8s  %s%n",
          artifact.getName(),
          artifact.getLength(),
          artifact.getUri() == null
              ? artifact.getChunks().stream().mapToInt(ChunkRange::getCount).sum()
              : artifact.getUri(),
          artifact.getSha256());
    }
  }

  private void rehearsal(RehearsalWindow window) {
    out.printf(
        "%ncursor rehearsal (id %s): draws from offsets %s%n",
        window.getTopicId(),
        window.getRanges().isEmpty()
            ? "none yet"
            : window.getRanges().stream()
                .map(
                    range ->
                        "%d@%d-%d"
                            .formatted(
                                range.getPartition(),
                                range.getFromOffset(),
                                range.getToOffset() - 1))
                .collect(Collectors.joining(", ")));
  }

  private void cursor(Cursor cursor) {
    out.printf(
        "%ncursor %s on %s (id %s, %d partitions): next offsets %s%n",
        cursor.getName(),
        cursor.getTopic(),
        cursor.getTopicId(),
        cursor.getPartitions(),
        cursor.getPositions().stream()
            .map(ManifestText::position)
            .collect(Collectors.joining(", ")));
  }

  private static String position(PartitionPosition position) {
    return "%d@%d".formatted(position.getPartition(), position.getNextOffset());
  }

  private void line(String name, Object value) {
    out.printf("  %-14s %s%n", name, value);
  }
}
