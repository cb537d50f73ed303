package io.logitstream.teacher.scoring;

import io.logitstream.logits.SparseLogits;
import java.util.Optional;

/**
 * What the teacher says about a window.
 *
 * @param logits tokens and distributions
 * @param entropySums sum of the entropies over each trained range, in nats; empty where nothing was
 *     scored
 * @param temperature that the distributions were made at
 */
public record ScoredWindow(SparseLogits logits, Optional<float[]> entropySums, float temperature) {}
