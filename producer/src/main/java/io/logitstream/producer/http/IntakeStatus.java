package io.logitstream.producer.http;

/**
 * How an HTTP intake stands, for people.
 *
 * @param source the source's name
 * @param port the port that prompts are taken on; 0 before it is listened on
 * @param accepted prompts that were published since the start
 * @param duplicates prompts whose keys were published before
 * @param waiting prompts that wait or are being published
 */
public record IntakeStatus(String source, int port, long accepted, long duplicates, long waiting) {}
