package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;
import java.util.Map;

/**
 * A checkpoint whose bytes were read and checked.
 *
 * @param artifacts the bytes by the artifact's name
 */
public record WholeCheckpoint(CheckpointManifest manifest, Map<String, byte[]> artifacts) {
  public WholeCheckpoint {
    artifacts = Map.copyOf(artifacts);
  }

  /**
   * The bytes of an artifact.
   *
   * @throws IllegalArgumentException if it was not read
   */
  public byte[] artifact(String name) {
    byte[] bytes = artifacts.get(name);
    if (bytes == null) {
      throw new IllegalArgumentException(
          "artifact %s was not read, only %s".formatted(name, artifacts.keySet()));
    }
    return bytes;
  }
}
