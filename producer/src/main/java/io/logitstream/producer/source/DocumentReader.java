package io.logitstream.producer.source;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;

/** Reads documents and makes pieces of prompt size of them. */
final class DocumentReader {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final SourceSettings settings;
  private final SkippedDocuments skipped;

  DocumentReader(SourceSettings settings, SkippedDocuments skipped) {
    this.settings = settings;
    this.skipped = skipped;
  }

  /**
   * The pieces of a document; none, and a word to the listener, where it holds no text.
   *
   * @throws LogitstreamException RETRYABLE if the disk fails
   */
  List<String> pieces(Catalog.Item item) {
    return whole(item)
        .map(found -> TextPieces.cut(found, settings.maxCharacters()))
        .orElse(List.of());
  }

  /** The whole text of a document, never an empty one; fails and tells as {@link #pieces}. */
  Optional<String> whole(Catalog.Item item) {
    DocumentEntry document = item.document();
    Optional<String> text = text(item).map(read -> clean(read, document.extension()));
    if (text.isPresent() && text.get().isEmpty()) {
      skipped.skipped(document.name(), SkipReason.BLANK, "holds no text beside licences");
    }
    return text.filter(found -> !found.isEmpty());
  }

  private Optional<String> text(Catalog.Item item) {
    DocumentEntry document = item.document();
    try {
      return decode(
          document, ByteBuffer.wrap(item.set().read(document, settings.limits().documentBytes())));
    } catch (DocumentTooLargeException e) {
      skipped.skipped(
          document.name(),
          SkipReason.TOO_LARGE,
          "has more than %d bytes (source.max-document-bytes): it was listed with %d"
              .formatted(settings.limits().documentBytes(), document.bytes()));
      return Optional.empty();
    } catch (ZipException e) {
      skipped.skipped(
          document.name(), SkipReason.DAMAGED, "is damaged in its archive: " + e.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "could not read %s: %s".formatted(document.name(), e), e);
    }
  }

  private Optional<String> decode(DocumentEntry document, ByteBuffer bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes)
              .toString());
    } catch (CharacterCodingException e) {
      skipped.skipped(
          document.name(),
          SkipReason.NOT_UTF_8,
          "is not UTF-8: the byte at %d is 0x%02x; convert it to UTF-8 (iconv -t UTF-8), or leave it out"
              .formatted(bytes.position(), bytes.get(bytes.position())));
      return Optional.empty();
    }
  }

  /** One kind of line end, no licence, no blank end; empty where nothing is left. */
  private String clean(String text, String extension) {
    String unmarked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    String lines = unmarked.replace("\r\n", "\n").replace('\r', '\n');
    Optional<CommentStyle> style =
        settings.stripLicences() ? CommentStyle.ofExtension(extension) : Optional.empty();
    String stripped = style.map(found -> LicenceHeader.strip(lines, found)).orElse(lines);
    return stripped.isBlank() ? "" : stripped.stripTrailing() + "\n";
  }
}
