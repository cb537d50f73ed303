package io.logitstream.checkpoints;

import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Puts chunks together; each must be the next one, whole, and all of them what the manifest says.
 */
final class ArtifactAssembly {
  private final String what;
  private final Artifact artifact;
  private final String keyPrefix;
  private final int expectedChunks;
  private final OutputStream out;
  private final MessageDigest digest = Digests.sha256();
  private int nextIndex;
  private long length;

  ArtifactAssembly(String what, String run, Artifact artifact, OutputStream out) {
    this.what = what;
    this.artifact = artifact;
    this.keyPrefix = "%s/%s/%s/".formatted(run, artifact.getIncarnation(), artifact.getUpload());
    this.expectedChunks = artifact.getChunks().get(0).getCount();
    this.out = out;
  }

  String what() {
    return what;
  }

  /** Whether a record's key says that it belongs to this artifact's upload. */
  boolean owns(@Nullable String key) {
    return key != null && key.startsWith(keyPrefix);
  }

  /**
   * Adds the next chunk.
   *
   * @param place where it was read, TOPIC-PARTITION@OFFSET
   */
  void add(String place, CheckpointChunk chunk) throws IOException {
    String where = "%s, at %s: ".formatted(what, place);
    if (chunk.getIndex() < nextIndex) {
      throw new DamagedCheckpointException(
          where + "chunk %d again, expected %d".formatted(chunk.getIndex(), nextIndex));
    }
    if (chunk.getIndex() > nextIndex) {
      throw new DamagedCheckpointException(
          where + "chunk %d is missing or later, found %d".formatted(nextIndex, chunk.getIndex()));
    }
    if (chunk.getCount() != expectedChunks || !chunk.getArtifact().equals(artifact.getName())) {
      throw new DamagedCheckpointException(
          where
              + "chunk %d of %d of artifact %s, expected one of %d of %s"
                  .formatted(
                      chunk.getIndex(),
                      chunk.getCount(),
                      chunk.getArtifact(),
                      expectedChunks,
                      artifact.getName()));
    }
    byte[] bytes = new byte[chunk.getBytes().remaining()];
    chunk.getBytes().duplicate().get(bytes);
    long crc32c = Digests.crc32c(bytes);
    if (crc32c != chunk.getCrc32c()) {
      throw new DamagedCheckpointException(
          where
              + "chunk %d has CRC-32C %08x, expected %08x"
                  .formatted(chunk.getIndex(), crc32c, chunk.getCrc32c()));
    }
    length += bytes.length;
    if (length > artifact.getLength()) {
      throw new DamagedCheckpointException(
          where + "more than the %d bytes that it should have".formatted(artifact.getLength()));
    }
    digest.update(bytes);
    out.write(bytes);
    nextIndex++;
  }

  void finish() {
    if (nextIndex != expectedChunks) {
      throw new DamagedCheckpointException(
          "%s: chunk %d of %d is missing".formatted(what, nextIndex, expectedChunks));
    }
    if (length != artifact.getLength()) {
      throw new DamagedCheckpointException(
          "%s has %d bytes, expected %d".formatted(what, length, artifact.getLength()));
    }
    String sha256 = Digests.hex(digest);
    if (!sha256.equals(artifact.getSha256())) {
      throw new DamagedCheckpointException(
          "%s has SHA-256 %s, expected %s".formatted(what, sha256, artifact.getSha256()));
    }
  }
}
