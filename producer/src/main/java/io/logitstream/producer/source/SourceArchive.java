package io.logitstream.producer.source;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A source JAR or a ZIP. Its entries are documents of the group ARTIFACT:FOLDER, so that versions
 * of a library share their groups. What the archive says of its sizes is held against the limits
 * when it is opened, and what it unfolds to against both when it is read.
 */
final class SourceArchive implements DocumentSet {
  /** Below this size even the tightest packing does no harm. */
  private static final int HARMLESS_BYTES = 64 << 10;

  private static final Pattern VERSIONED = Pattern.compile("(.+?)-\\d[\\w.+-]*");

  private final String name;
  private final ZipFile zip;
  private final SourceLimits limits;
  private final TreeMap<String, ZipEntry> entryByDocument = new TreeMap<>();
  private final List<DocumentEntry> documents = new ArrayList<>();

  private SourceArchive(String name, ZipFile zip, SourceLimits limits) {
    this.name = name;
    this.zip = zip;
    this.limits = limits;
  }

  /**
   * Opens an archive and lists its documents.
   *
   * @param name the name that it is to have in the source
   * @param extensions of the entries that count; empty for all
   * @throws LogitstreamException CONFIGURATION if it is no archive or exceeds the limits
   */
  static SourceArchive open(Path path, String name, Set<String> extensions, SourceLimits limits)
      throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION, "%s is not a JAR or ZIP: %s".formatted(path, e), e);
    }
    SourceArchive archive = new SourceArchive(name, zip, limits);
    try {
      archive.list(extensions);
      return archive;
    } catch (RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private void list(Set<String> extensions) {
    if (zip.size() > limits.documents()) {
      throw refused(
          "has %d entries".formatted(zip.size()),
          limits.documents() + " of them",
          "source.max-documents");
    }
    long total = 0;
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (entry.isDirectory()) {
        continue;
      }
      total += Math.max(0, entry.getSize());
      if (total > limits.archiveBytes()) {
        throw refused(
            "unfolds to %d bytes and more".formatted(total),
            limits.archiveBytes() + " bytes",
            "source.max-archive-bytes");
      }
      requireRatio(entry, entry.getSize());
      String extension = FileNames.extension(entry.getName());
      if (extensions.isEmpty() || extensions.contains(extension)) {
        entryByDocument.putIfAbsent(name + "!/" + entry.getName(), entry);
      }
    }
    String artifact = artifact(name);
    entryByDocument.forEach(
        (document, entry) ->
            documents.add(
                new DocumentEntry(
                    document,
                    artifact + ":" + FileNames.folder(entry.getName()),
                    FileNames.extension(entry.getName()),
                    entry.getSize(),
                    entry.getCrc())));
  }

  @Override
  public List<DocumentEntry> documents() {
    return List.copyOf(documents);
  }

  @Override
  public byte[] read(DocumentEntry document, int bytesMax) throws IOException {
    ZipEntry entry = entryByDocument.get(document.name());
    if (entry == null) {
      throw new IllegalArgumentException(document.name() + " is not an entry of " + name);
    }
    if (entry.getSize() > bytesMax) {
      throw new DocumentTooLargeException(document.name(), bytesMax);
    }
    try (InputStream input = zip.getInputStream(entry)) {
      byte[] bytes = input.readNBytes(Math.toIntExact(entry.getSize() + 1));
      if (bytes.length > entry.getSize()) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "archive %s unfolds its entry %s to more bytes than the %d that it names: it is damaged or means harm; leave it out"
                .formatted(name, entry.getName(), entry.getSize()));
      }
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      if (bytes.length < entry.getSize() || checksum.getValue() != entry.getCrc()) {
        throw new ZipException(
            "%s has %d bytes with the CRC-32 %08x, expected %d with %08x"
                .formatted(
                    document.name(),
                    bytes.length,
                    checksum.getValue(),
                    entry.getSize(),
                    entry.getCrc()));
      }
      return bytes;
    }
  }

  private void requireRatio(ZipEntry entry, long bytes) {
    long packed = Math.max(1, entry.getCompressedSize());
    if (bytes > HARMLESS_BYTES && bytes / packed > limits.compressionRatio()) {
      throw refused(
          "unfolds its entry %s from %d to %d bytes".formatted(entry.getName(), packed, bytes),
          "a factor of " + limits.compressionRatio(),
          "source.max-compression-ratio");
    }
  }

  private LogitstreamException refused(String found, String expected, String setting) {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        "archive %s %s, expected at most %s; leave it out, or raise %s if it can be trusted"
            .formatted(name, found, expected, setting));
  }

  /** The archive's name without folder, extension, classifier and version. */
  static String artifact(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    String stem = file.substring(0, file.length() - FileNames.extension(file).length() - 1);
    Matcher versioned = VERSIONED.matcher(stem);
    return versioned.matches() ? versioned.group(1) : stem.replaceFirst("-sources$", "");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
