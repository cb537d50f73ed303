package io.logitstream.producer.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Text files, each a document of the group of its folder. */
final class TextFiles implements DocumentSet {
  private final Map<String, Path> pathByName;
  private final List<DocumentEntry> documents = new ArrayList<>();

  /**
   * @param pathByName the files by the names that they are to have, with '/' between folders
   */
  TextFiles(Map<String, Path> pathByName) throws IOException {
    this.pathByName = new TreeMap<>(pathByName);
    for (Map.Entry<String, Path> file : this.pathByName.entrySet()) {
      String name = file.getKey();
      documents.add(
          new DocumentEntry(
              name,
              FileNames.folder(name),
              FileNames.extension(name),
              Files.size(file.getValue()),
              0));
    }
  }

  @Override
  public List<DocumentEntry> documents() {
    return List.copyOf(documents);
  }

  @Override
  public byte[] read(DocumentEntry document, int bytesMax) throws IOException {
    Path path = pathByName.get(document.name());
    if (path == null) {
      throw new IllegalArgumentException(document.name() + " is not a document of these files");
    }
    try (InputStream input = Files.newInputStream(path)) {
      byte[] bytes = input.readNBytes(Math.addExact(bytesMax, 1));
      if (bytes.length > bytesMax) {
        throw new DocumentTooLargeException(document.name(), bytesMax);
      }
      return bytes;
    }
  }

  @Override
  public void close() {}
}
