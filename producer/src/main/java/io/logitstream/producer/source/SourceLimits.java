package io.logitstream.producer.source;

/**
 * Bounds on what is read, so that neither a strange folder nor a crafted archive fills the memory.
 *
 * @param documentBytes largest document; larger ones are passed over and counted
 * @param documents most documents in a folder, and entries in an archive
 * @param archiveBytes most bytes that an archive may unfold to
 * @param compressionRatio most times that an archive's entry may unfold its size
 */
public record SourceLimits(
    int documentBytes, int documents, long archiveBytes, int compressionRatio) {

  /** Checks that every bound lets something through. */
  public SourceLimits {
    if (documentBytes < 1 || documents < 1 || archiveBytes < 1 || compressionRatio < 1) {
      throw new IllegalArgumentException(
          "limits of %d bytes, %d documents, %d archive bytes and ratio %d, expected at least 1"
              .formatted(documentBytes, documents, archiveBytes, compressionRatio));
    }
  }
}
