package io.logitstream.producer.source;

/**
 * A whole document of a source.
 *
 * @param domain its domain
 * @param name unique in the source, the same on every machine; of an entry of an archive {@code
 *     ARCHIVE!/ENTRY}
 * @param group the folder or package that is held out as a whole
 * @param extension lower case without the dot; empty where there is none
 * @param text without its licence, never empty
 */
public record SourceDocument(
    String domain, String name, String group, String extension, String text) {}
