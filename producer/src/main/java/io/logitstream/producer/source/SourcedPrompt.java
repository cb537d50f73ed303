package io.logitstream.producer.source;

/**
 * A prompt as its source has it.
 *
 * @param place unique in the source, epochs told apart: what the promptId is made of
 * @param endOfDocument whether the document ends with this text
 */
public record SourcedPrompt(
    String place,
    String documentGroup,
    boolean heldOut,
    String domain,
    String text,
    boolean endOfDocument) {}
