package io.logitstream.producer;

/**
 * How a producer stands, for people.
 *
 * @param source the source's name
 * @param nextIndex place in the source's order of the next prompt
 * @param finished whether the source is read to its end
 * @param prompts prompts that were committed since the start
 * @param heldOutPrompts of these, evaluation data
 * @param characters their characters
 */
public record ProducerStatus(
    String source,
    long nextIndex,
    boolean finished,
    long prompts,
    long heldOutPrompts,
    long characters) {}
