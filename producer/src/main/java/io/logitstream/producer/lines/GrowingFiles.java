package io.logitstream.producer.lines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** Several files in turn, each from where it was read to. For one thread. */
final class GrowingFiles implements LineSource {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<GrowingFile> files = new ArrayList<>();
  private final LinesSettings settings;
  private final LongSupplier nanoTime;
  private final ObjectNode stored;
  private boolean hasRead;
  private int turn;

  private GrowingFiles(LinesSettings settings, LongSupplier nanoTime, ObjectNode stored) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.stored = stored;
  }

  /**
   * Opens the files.
   *
   * @param settings which files, and whether more may be written to them
   * @param location what {@link #location} said before; empty at the start
   * @param nanoTime a clock that never goes back, in nanoseconds
   * @throws LogitstreamException CONFIGURATION if a file is missing or two have one name
   */
  static GrowingFiles open(
      LinesSettings settings, int maxLineBytes, Optional<String> location, LongSupplier nanoTime)
      throws IOException {
    ObjectNode stored = location.map(GrowingFiles::parse).orElseGet(JSON::createObjectNode);
    GrowingFiles opened = new GrowingFiles(settings, nanoTime, stored);
    TreeSet<String> names = new TreeSet<>();
    try {
      for (Path path : settings.files()) {
        Path absolute = path.toAbsolutePath().normalize();
        String name = String.valueOf(absolute.getFileName());
        if (!names.add(name)) {
          throw refused("two files are named %s: their lines would have the same places", name);
        }
        if (!settings.follow() && !Files.isRegularFile(absolute)) {
          throw refused("%s is not there, or no file", absolute.toString());
        }
        opened.files.add(
            new GrowingFile(
                name,
                absolute,
                maxLineBytes,
                position(stored.path(name)),
                new GrowingFile.Following(settings.follow(), settings.quietFor()),
                nanoTime.getAsLong()));
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public List<Line> next(int max) throws IOException {
    for (int tried = 0; tried < files.size(); tried++) {
      List<Line> lines = files.get(turn).next(max, nanoTime.getAsLong());
      turn = (turn + 1) % files.size();
      if (!lines.isEmpty()) {
        hasRead = true;
        return lines;
      }
    }
    return List.of();
  }

  @Override
  public Optional<String> location() {
    // Who is started with a wrong name must not have the places of others forgotten.
    ObjectNode location = hasRead ? JSON.createObjectNode() : stored.deepCopy();
    for (GrowingFile file : files) {
      try {
        Optional<Position> position = file.position();
        if (position.isPresent()) {
          location.set(file.name(), json(position.get()));
        }
      } catch (IOException e) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE, "could not read %s: %s".formatted(file.name(), e), e);
      }
    }
    return Optional.of(location.toString());
  }

  @Override
  public List<Path> missing() {
    return files.stream().filter(GrowingFile::isMissing).map(GrowingFile::path).toList();
  }

  @Override
  public boolean isAtEnd() {
    if (settings.follow()) {
      return false;
    }
    for (GrowingFile file : files) {
      if (!file.isAtEnd()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    for (GrowingFile file : files) {
      file.close();
    }
  }

  private static ObjectNode json(Position position) {
    ObjectNode json =
        json(position.file())
            .put("generation", position.generation())
            .put("offset", position.offset())
            .put("readBytes", position.readBytes())
            .put("readSha256", position.readSha256());
    position.next().forEach(next -> json.withArray("next").add(json(next)));
    return json;
  }

  private static ObjectNode json(FileIdentity file) {
    return JSON.createObjectNode()
        .put("inode", file.inode())
        .put("headBytes", file.headBytes())
        .put("headSha256", file.headSha256());
  }

  private static Optional<Position> position(JsonNode stored) {
    if (!stored.isObject()) {
      return Optional.empty();
    }
    List<FileIdentity> next = new ArrayList<>();
    stored.path("next").forEach(file -> next.add(file(file)));
    return Optional.of(
        new Position(
            stored.path("generation").asInt(),
            stored.path("offset").asLong(),
            file(stored),
            stored.path("readBytes").asInt(),
            stored.path("readSha256").textValue(),
            next));
  }

  private static FileIdentity file(JsonNode stored) {
    return new FileIdentity(
        stored.path("inode").textValue(),
        stored.path("headBytes").asInt(),
        stored.path("headSha256").asText());
  }

  private static ObjectNode parse(String location) {
    try {
      return JSON.readValue(location, ObjectNode.class);
    } catch (JsonProcessingException e) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          "the stored position '%s' was written by another version".formatted(location),
          e);
    }
  }

  private static LogitstreamException refused(String message, String name) {
    return new LogitstreamException(FailureKind.CONFIGURATION, message.formatted(name));
  }
}
