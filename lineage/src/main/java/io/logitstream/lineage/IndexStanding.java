package io.logitstream.lineage;

import org.jspecify.annotations.Nullable;

/**
 * How an instance of the index stands, for people.
 *
 * @param group the instances that share the index
 * @param url where this one answers; null before it listens
 * @param recordsBehind committed records that the whole index has not indexed yet; -1 while unknown
 * @param prompts prompts that this instance has indexed since its start
 * @param windows windows of logits
 * @param steps training steps
 * @param checkpoints manifests
 * @param deadLetters dead letters
 */
public record IndexStanding(
    String group,
    @Nullable String url,
    long recordsBehind,
    long prompts,
    long windows,
    long steps,
    long checkpoints,
    long deadLetters) {}
