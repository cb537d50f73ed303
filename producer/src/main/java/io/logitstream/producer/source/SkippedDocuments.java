package io.logitstream.producer.source;

/** Hears of every document that is passed over. */
@FunctionalInterface
public interface SkippedDocuments {
  /** A document gave no prompt. */
  void skipped(String document, SkipReason reason);
}
