package io.logitstream.checkpoints;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ChunkRange;
import io.logitstream.schemas.topics.RecordKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a run's old checkpoints go, in two sweeps: the first marks their manifests as expired, so
 * that nobody begins to read them; the next one puts tombstones for their chunks, and last for the
 * manifest. All of it goes through the run's one writer, in transactions: of a writer that was
 * fenced nothing is seen. What is left to do is read from the topics, so that a sweep may end
 * anywhere. For the thread of the committer.
 */
public final class CheckpointSweeper {
  private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointSweeper.class);

  /** The most checkpoints that one sweep marks, and the most that it removes. */
  private static final int MAX_CHECKPOINTS = 100;

  /** Starts that may die one after another while they sweep, before what they sweep is left. */
  private static final int MAX_ORPHAN_INCARNATIONS = 8;

  private final KafkaClients clients;
  private final String run;
  private final CheckpointCommitter committer;
  private final ExpiryPolicy policy;

  /**
   * What a sweep did.
   *
   * @param marked checkpoints that have expired now
   * @param removed checkpoints that had expired before and of which nothing is left now
   */
  public record Swept(int marked, int removed) {}

  /**
   * @param committer the run's, initialised
   */
  public CheckpointSweeper(
      KafkaClients clients, String run, CheckpointCommitter committer, ExpiryPolicy policy) {
    this.clients = clients;
    this.run = run;
    this.committer = committer;
    this.policy = policy;
  }

  /**
   * Sweeps.
   *
   * @throws LogitstreamException FENCED if a successor took the run over; RETRYABLE if what stands
   *     must be read again
   */
  public Swept sweep(Instant now) {
    List<CheckpointManifest> manifests;
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      manifests = reader.list(run);
    }
    List<CheckpointManifest> gone =
        manifests.stream().filter(CheckpointManifest::getExpired).limit(MAX_CHECKPOINTS).toList();
    Set<String> needed = uploadsOfAllBut(gone, manifests);
    for (CheckpointManifest manifest : gone) {
      committer.remove(manifest, chunkKeys(manifest, needed));
    }
    List<CheckpointManifest> expired =
        policy.keepsAll()
            ? List.of()
            : policy.expired(manifests, now, slowestFollower()).stream()
                .limit(MAX_CHECKPOINTS)
                .toList();
    if (!expired.isEmpty()) {
      committer.markExpired(expired);
    }
    if (!expired.isEmpty() || !gone.isEmpty()) {
      LOGGER.info(
          "run {}: {} checkpoints have expired, {} that had are removed",
          run,
          expired.size(),
          gone.size());
    }
    return new Swept(expired.size(), gone.size());
  }

  /**
   * Puts tombstones for the chunks of checkpoints that older incarnations began to upload and never
   * committed. An incarnation uploads one checkpoint at a time, and its uploads are numbered, those
   * that later manifests name again among them: so their keys are known without reading chunks. For
   * a start, before its first upload: one that has uploaded has swept before. So only the last few
   * incarnations can have left something.
   *
   * @param newest the newest checkpoint, whatever its incarnation
   * @param incarnation this start's
   */
  public void sweepOrphans(Optional<CheckpointManifest> newest, long incarnation) {
    if (newest.isEmpty()) {
      return;
    }
    CheckpointManifest manifest = newest.get();
    List<Artifact> uploaded = uploaded(manifest);
    int chunks = uploaded.stream().mapToInt(CheckpointSweeper::chunks).max().orElse(0);
    List<String> keys = new ArrayList<>();
    long first = Math.max(manifest.getIncarnation(), incarnation - MAX_ORPHAN_INCARNATIONS);
    for (long older = first; older < incarnation; older++) {
      long last = older == manifest.getIncarnation() ? lastUpload(uploaded, older) : 0;
      for (long upload = last + 1; upload <= last + uploaded.size(); upload++) {
        for (int index = 0; index < chunks; index++) {
          keys.add(RecordKeys.checkpointChunk(run, older, Long.toString(upload), index));
        }
      }
    }
    committer.removeChunks(keys);
  }

  private OptionalLong slowestFollower() {
    try (Admin admin = clients.admin()) {
      return new FollowerPositions(clients).slowest(admin, run);
    }
  }

  private static List<Artifact> uploaded(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .filter(artifact -> artifact.getUpload() != null && artifact.getIncarnation() != null)
        .toList();
  }

  /** Several manifests may name one upload: it goes with the last of them. */
  private static Set<String> uploadsOfAllBut(
      List<CheckpointManifest> gone, List<CheckpointManifest> manifests) {
    Set<Long> sequences = new HashSet<>();
    gone.forEach(manifest -> sequences.add(manifest.getSequence()));
    Set<String> uploads = new HashSet<>();
    for (CheckpointManifest manifest : manifests) {
      if (!sequences.contains(manifest.getSequence())) {
        uploaded(manifest).forEach(artifact -> uploads.add(upload(artifact)));
      }
    }
    return uploads;
  }

  private static String upload(Artifact artifact) {
    return artifact.getIncarnation() + "/" + artifact.getUpload();
  }

  private static long lastUpload(List<Artifact> uploaded, long incarnation) {
    return uploaded.stream()
        .filter(artifact -> artifact.getIncarnation() == incarnation)
        .mapToLong(artifact -> Long.parseLong(artifact.getUpload()))
        .max()
        .orElse(0);
  }

  private static int chunks(Artifact artifact) {
    return artifact.getChunks().stream().mapToInt(ChunkRange::getCount).sum();
  }

  private List<String> chunkKeys(CheckpointManifest manifest, Set<String> needed) {
    List<String> keys = new ArrayList<>();
    for (Artifact artifact : uploaded(manifest)) {
      if (needed.contains(upload(artifact))) {
        continue;
      }
      for (int index = 0; index < chunks(artifact); index++) {
        keys.add(
            RecordKeys.checkpointChunk(
                run, artifact.getIncarnation(), artifact.getUpload(), index));
      }
    }
    return keys;
  }
}
