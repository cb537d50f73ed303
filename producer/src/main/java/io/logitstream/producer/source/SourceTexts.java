package io.logitstream.producer.source;

import io.logitstream.platform.LogitstreamException;
import java.util.function.Consumer;

/** The texts of a source in the order of their names, for who wants them all, and once. */
public final class SourceTexts {
  private SourceTexts() {}

  /**
   * Gives out every text as prompts have it: licences stripped, cut to the prompts' length.
   *
   * @param skipped hears of documents without a text
   * @return documents that were read
   * @throws LogitstreamException CONFIGURATION if a path is missing or a domain is empty; RETRYABLE
   *     if the disk fails
   */
  public static long forEach(
      SourceSettings settings, SkippedDocuments skipped, Consumer<String> text) {
    DocumentReader reader = new DocumentReader(settings, skipped);
    long documents = 0;
    try (Catalog catalog = Catalog.open(settings)) {
      for (String domain : settings.domains()) {
        for (Catalog.Item item : catalog.items(domain)) {
          reader.pieces(item).forEach(text);
          documents++;
        }
      }
    }
    return documents;
  }

  /**
   * Gives out every document as a whole, licences stripped, domain after domain.
   *
   * @param skipped hears of documents without a text
   * @throws LogitstreamException as {@link #forEach}
   */
  public static void forEachDocument(
      SourceSettings settings, SkippedDocuments skipped, Consumer<SourceDocument> consumer) {
    DocumentReader reader = new DocumentReader(settings, skipped);
    try (Catalog catalog = Catalog.open(settings)) {
      for (String domain : settings.domains()) {
        for (Catalog.Item item : catalog.items(domain)) {
          DocumentEntry entry = item.document();
          reader
              .whole(item)
              .map(
                  text ->
                      new SourceDocument(
                          domain, entry.name(), entry.group(), entry.extension(), text))
              .ifPresent(consumer);
        }
      }
    }
  }
}
