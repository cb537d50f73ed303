package io.logitstream.producer.source;

/** What is read of the paths of a source. */
public enum SourceKind {
  /** Archives by their name, everything else as text. */
  AUTO,
  /** Text files alone. */
  TEXT,
  /** JARs and ZIPs alone. */
  JAR
}
