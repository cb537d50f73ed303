package io.logitstream.producer.source;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** All documents of a source by domain, listed when it is opened and read one at a time later. */
final class Catalog implements AutoCloseable {
  private final SourceSettings settings;
  private final List<DocumentSet> sets = new ArrayList<>();
  private final Map<String, List<Item>> itemsByDomain = new TreeMap<>();
  private final Map<String, String> domainByName = new HashMap<>();

  private Catalog(SourceSettings settings) {
    this.settings = settings;
    settings.domains().forEach(domain -> itemsByDomain.put(domain, new ArrayList<>()));
  }

  /**
   * Lists a source.
   *
   * @throws LogitstreamException CONFIGURATION if a path is missing, a domain is empty or two
   *     documents would have one name; RETRYABLE if the disk fails
   */
  static Catalog open(SourceSettings settings) {
    Catalog catalog = new Catalog(settings);
    try {
      for (SourcePath path : settings.paths()) {
        catalog.add(path);
      }
      catalog.requireDocuments();
      return catalog;
    } catch (IOException e) {
      catalog.close();
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "could not list the files of source " + settings.name() + ": " + e,
          e);
    } catch (RuntimeException e) {
      catalog.close();
      throw e;
    }
  }

  /** The documents of a domain, in the order of their listing. */
  List<Item> items(String domain) {
    return List.copyOf(itemsByDomain.getOrDefault(domain, List.of()));
  }

  private void add(SourcePath source) throws IOException {
    boolean isFolder = Files.isDirectory(source.path());
    Map<String, Path> texts = new TreeMap<>();
    Map<String, Path> archives = new TreeMap<>();
    FolderListing.files(source.path(), settings.limits().documents())
        .forEach(
            (name, path) -> {
              boolean archive =
                  settings.kind() != SourceKind.TEXT
                      && (FileNames.isArchive(name)
                          || (settings.kind() == SourceKind.JAR && !isFolder));
              if (archive) {
                archives.put(isFolder ? name : FileNames.last(path), path);
              } else if (settings.kind() != SourceKind.JAR && (!isFolder || isWanted(name))) {
                texts.put(name, path);
              }
            });
    for (Map.Entry<String, Path> archive : archives.entrySet()) {
      add(
          source.domain(),
          SourceArchive.open(
              archive.getValue(), archive.getKey(), settings.extensions(), settings.limits()));
    }
    if (!texts.isEmpty()) {
      add(source.domain(), new TextFiles(texts));
    }
  }

  private boolean isWanted(String name) {
    return settings.extensions().isEmpty()
        || settings.extensions().contains(FileNames.extension(name));
  }

  private void add(String domain, DocumentSet set) {
    sets.add(set);
    for (DocumentEntry document : set.documents()) {
      if (domainByName.putIfAbsent(document.name(), domain) != null) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "two documents of source %s would be named %s: name each file once, and give folders and archives different names"
                .formatted(settings.name(), document.name()));
      }
      itemsByDomain.getOrDefault(domain, List.of()).add(new Item(set, document));
    }
  }

  private void requireDocuments() {
    itemsByDomain.forEach(
        (domain, items) -> {
          if (items.isEmpty()) {
            throw new LogitstreamException(
                FailureKind.CONFIGURATION,
                ("source %s has no documents of domain %s: found no file in %s with one of the"
                        + " extensions %s (source.extensions, empty for all); name other paths, or"
                        + " other extensions")
                    .formatted(
                        settings.name(),
                        domain,
                        paths(domain),
                        String.join(",", new TreeSet<>(settings.extensions()))));
          }
        });
  }

  private String paths(String domain) {
    return settings.paths().stream()
        .filter(source -> source.domain().equals(domain))
        .map(source -> source.path().toString())
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    for (DocumentSet set : sets) {
      try {
        set.close();
      } catch (IOException e) {
        throw new UncheckedIOException("could not close a file of source " + settings.name(), e);
      }
    }
  }

  /** A document and the set to read it from. */
  record Item(DocumentSet set, DocumentEntry document) {}
}
