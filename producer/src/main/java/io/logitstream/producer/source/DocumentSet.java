package io.logitstream.producer.source;

import java.io.IOException;
import java.util.List;

/** Documents that lie together: files of a folder, or entries of an archive. */
sealed interface DocumentSet extends AutoCloseable permits TextFiles, SourceArchive {

  /** The documents, in canonical order: sorted by name. */
  List<DocumentEntry> documents();

  /**
   * The bytes of a document of this set.
   *
   * @param bytesMax most bytes that are read
   * @throws DocumentTooLargeException if there are more
   * @throws IOException if it cannot be read
   */
  byte[] read(DocumentEntry document, int bytesMax) throws IOException;

  @Override
  void close() throws IOException;
}
