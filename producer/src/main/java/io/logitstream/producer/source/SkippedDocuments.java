package io.logitstream.producer.source;

/** Hears of every document that is passed over. */
@FunctionalInterface
public interface SkippedDocuments {
  /**
   * A document gave no prompt.
   *
   * @param found what was found and what was expected, to be read after "it "
   */
  void skipped(String document, SkipReason reason, String found);
}
