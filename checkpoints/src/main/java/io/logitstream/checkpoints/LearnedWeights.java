package io.logitstream.checkpoints;

import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import java.util.Optional;

/**
 * The artifacts of a checkpoint that training changes, by their names. Where adapters are trained,
 * the weights that they are beside were uploaded once, and every later manifest of the run names
 * that upload.
 */
public final class LearnedWeights {
  /** All weights of a model. */
  public static final String WEIGHTS = "weights";

  /** The adapters of a model whose own weights stand still. */
  public static final String ADAPTER = "adapter";

  /** The optimizer's moments, of what is trained. */
  public static final String MOMENTS = "moments";

  /** The averages of what is trained. */
  public static final String AVERAGES = "averages";

  /** adapter_config.json as PEFT reads it. */
  public static final String ADAPTER_CONFIG = "adapter_config.json";

  /** The weights that stand still. */
  public static final String BASE = "base";

  private LearnedWeights() {}

  /** The artifact that holds them; empty where a manifest has neither. */
  public static Optional<Artifact> of(CheckpointManifest manifest) {
    return find(manifest, WEIGHTS).or(() -> find(manifest, ADAPTER));
  }

  /** Whether a checkpoint holds adapters in the place of weights. */
  public static boolean areAdapters(CheckpointManifest manifest) {
    return find(manifest, ADAPTER).isPresent();
  }

  /** The artifact of a name. */
  public static Optional<Artifact> find(CheckpointManifest manifest, String name) {
    return manifest.getArtifacts().stream()
        .filter(artifact -> artifact.getName().equals(name))
        .findFirst();
  }
}
