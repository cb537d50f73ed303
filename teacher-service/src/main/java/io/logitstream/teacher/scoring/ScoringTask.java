package io.logitstream.teacher.scoring;

import io.logitstream.teacher.batching.Window;

/**
 * A window that is to be scored.
 *
 * @param promptId the prompt's identity: the sample is drawn from a hash of it
 * @param window the window
 */
public record ScoringTask(String promptId, Window window) {}
