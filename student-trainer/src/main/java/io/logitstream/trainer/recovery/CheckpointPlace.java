package io.logitstream.trainer.recovery;

import org.jspecify.annotations.Nullable;

/**
 * The place of a checkpoint in its run.
 *
 * @param sequence its place among the run's checkpoints
 * @param parent the sequence of the one that training went on from; null for a run's first
 */
public record CheckpointPlace(long sequence, @Nullable Long parent) {}
