package io.logitstream.trainer.recovery;

import io.logitstream.model.decoder.Weights;
import io.logitstream.schemas.Artifact;
import java.util.Optional;

/**
 * What all manifests of a run have in common whose adapters are trained.
 *
 * @param configJson adapter_config.json
 * @param base the weights that stand still
 * @param uploaded where these lie since an earlier checkpoint; empty before the run's first
 */
public record AdapterFacts(byte[] configJson, Weights base, Optional<Artifact> uploaded) {}
