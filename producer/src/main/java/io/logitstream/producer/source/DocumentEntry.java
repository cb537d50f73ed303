package io.logitstream.producer.source;

/**
 * A document that has not been read yet.
 *
 * @param name unique in the source, the same on every machine: no absolute paths
 * @param group the folder or package that it belongs to
 * @param extension lower case without the dot; empty where there is none
 * @param bytes size as listed
 * @param checksum of the content, where the listing has one; else 0
 */
record DocumentEntry(String name, String group, String extension, long bytes, long checksum) {}
