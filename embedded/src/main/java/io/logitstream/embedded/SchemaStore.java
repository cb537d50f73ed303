package io.logitstream.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the records of the {@code _schemas} topic amount to, applied in order. Not safe for use by
 * several threads: {@link SchemaRegistry} holds the lock.
 */
final class SchemaStore {

  private static final String ALL_SUBJECTS = "";

  private final Map<String, TreeMap<Integer, SchemaVersion>> subjects = new TreeMap<>();
  private final Map<Integer, String> schemaById = new HashMap<>();
  private final Map<String, Integer> idBySchema = new HashMap<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();
  private int idMax;

  /** Applies a record; a null value erases what its key named. */
  void apply(String key, @Nullable String value) {
    JsonNode names = SchemaRecords.read(key);
    String subject = names.path("subject").asText(ALL_SUBJECTS);
    switch (names.path("keytype").asText()) {
      case "SCHEMA" -> applyVersion(subject, names.path("version").asInt(), value);
      case "CONFIG" -> applyLevel(subject, value);
      case "DELETE_SUBJECT" -> applySubjectDeletion(subject, value);
      default -> {
        // Confluent's registry keeps further kinds here, which mean nothing to this one.
      }
    }
  }

  private void applyVersion(String subject, int version, @Nullable String value) {
    if (value == null) {
      TreeMap<Integer, SchemaVersion> versions = subjects.get(subject);
      if (versions != null) {
        versions.remove(version);
        if (versions.isEmpty()) {
          subjects.remove(subject);
        }
      }
      return;
    }
    JsonNode fields = SchemaRecords.read(value);
    SchemaVersion added =
        new SchemaVersion(
            subject,
            version,
            fields.path("id").asInt(),
            fields.path("schema").asText(),
            fields.path("deleted").asBoolean());
    subjects.computeIfAbsent(subject, name -> new TreeMap<>()).put(version, added);
    schemaById.put(added.id(), added.schema());
    idBySchema.putIfAbsent(added.schema(), added.id());
    idMax = Math.max(idMax, added.id());
  }

  private void applyLevel(String subject, @Nullable String value) {
    Optional<CompatibilityLevel> level =
        Optional.ofNullable(value)
            .map(json -> SchemaRecords.read(json).path("compatibilityLevel").asText())
            .flatMap(CompatibilityLevel::named);
    level.ifPresentOrElse(found -> levels.put(subject, found), () -> levels.remove(subject));
  }

  private void applySubjectDeletion(String subject, @Nullable String value) {
    TreeMap<Integer, SchemaVersion> versions = subjects.get(subject);
    if (value != null && versions != null) {
      int upTo = SchemaRecords.read(value).path("version").asInt(Integer.MAX_VALUE);
      versions.headMap(upTo, true).replaceAll((number, version) -> version.asDeleted());
    }
  }

  /** Subjects that have a version, in order. */
  SortedSet<String> subjects(boolean withDeleted) {
    SortedSet<String> found = new TreeSet<>(subjects.keySet());
    found.removeIf(subject -> versions(subject, withDeleted).isEmpty());
    return found;
  }

  /** Versions of a subject, oldest first; empty for an unknown one. */
  List<SchemaVersion> versions(String subject, boolean withDeleted) {
    TreeMap<Integer, SchemaVersion> versions = subjects.get(subject);
    if (versions == null) {
      return List.of();
    }
    return versions.values().stream().filter(found -> withDeleted || !found.deleted()).toList();
  }

  /** Versions, of any subject, that have this ID. */
  List<SchemaVersion> versionsOf(int id, boolean withDeleted) {
    List<SchemaVersion> found = new ArrayList<>();
    for (String subject : subjects.keySet()) {
      Stream<SchemaVersion> versions = versions(subject, withDeleted).stream();
      versions.filter(version -> version.id() == id).forEach(found::add);
    }
    return found;
  }

  Optional<String> schema(int id) {
    return Optional.ofNullable(schemaById.get(id));
  }

  /** ID that the schema has under some subject, or the next free one. */
  int idFor(String schema) {
    return idBySchema.getOrDefault(schema, idMax + 1);
  }

  Optional<CompatibilityLevel> levelOf(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  /** Level of the subjects that have none of their own. */
  CompatibilityLevel defaultLevel() {
    return levels.getOrDefault(ALL_SUBJECTS, CompatibilityLevel.BACKWARD);
  }
}
