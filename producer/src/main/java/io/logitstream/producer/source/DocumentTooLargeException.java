package io.logitstream.producer.source;

import java.io.IOException;

/** A document has more bytes than are read of one. */
final class DocumentTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  DocumentTooLargeException(String name, int bytesMax) {
    super("%s has more than %d bytes".formatted(name, bytesMax));
  }
}
