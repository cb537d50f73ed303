package io.logitstream.producer.lines;

/**
 * How a reader of lines stands, for people.
 *
 * @param source the source's name
 * @param published lines whose prompts were published since the start
 * @param known lines whose keys were published before
 * @param bad lines that are no prompts
 */
public record LinesStatus(String source, long published, long known, long bad) {}
