package io.logitstream.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The registry's rules over the store and its topic: every change is committed to the topic before
 * it is applied here and answered. Safe for use by several threads.
 */
final class SchemaRegistry {

  private final SchemasTopic topic;
  private final SchemaStore store = new SchemaStore();
  private boolean ready;

  SchemaRegistry(SchemasTopic topic) {
    this.topic = topic;
  }

  /** Reads the topic; until this has returned, every request is refused. */
  void load() {
    topic.takeOver(store::apply);
    synchronized (this) {
      ready = true;
    }
  }

  synchronized void requireReady() {
    if (!ready) {
      throw RegistryException.notReady();
    }
  }

  synchronized Collection<String> subjects(boolean withDeleted) {
    return store.subjects(withDeleted);
  }

  synchronized List<Integer> versions(String subject, boolean withDeleted) {
    return numbers(known(subject, withDeleted));
  }

  /** A version by its number or as {@code latest}. */
  synchronized SchemaVersion version(String subject, String version, boolean withDeleted) {
    List<SchemaVersion> versions = known(subject, withDeleted);
    if (version.equals("latest") || version.equals("-1")) {
      return versions.get(versions.size() - 1);
    }
    int number = versionNumber(version);
    return versions.stream()
        .filter(found -> found.version() == number)
        .findFirst()
        .orElseThrow(() -> RegistryException.versionNotFound(version));
  }

  /** The schema's version under a subject. */
  synchronized SchemaVersion lookup(String subject, String schema, boolean withDeleted) {
    String sought = parse(schema).toString();
    return known(subject, withDeleted).stream()
        .filter(found -> found.schema().equals(sought))
        .findFirst()
        .orElseThrow(RegistryException::schemaNotFound);
  }

  /** Registers a schema, unless the subject has it already. */
  synchronized SchemaVersion register(String subject, String schema) {
    Schema parsed = parse(schema);
    String text = parsed.toString();
    List<SchemaVersion> live = store.versions(subject, false);
    Optional<SchemaVersion> present =
        live.stream().filter(found -> found.schema().equals(text)).findFirst();
    if (present.isPresent()) {
      return present.get();
    }
    List<String> objections = level(subject).objections(parsed, parseAll(live));
    if (!objections.isEmpty()) {
      throw RegistryException.incompatible(subject, String.join(", ", objections));
    }
    List<SchemaVersion> ever = store.versions(subject, true);
    int number = ever.isEmpty() ? 1 : ever.get(ever.size() - 1).version() + 1;
    SchemaVersion added = new SchemaVersion(subject, number, store.idFor(text), text, false);
    put(added);
    return added;
  }

  /** Why the schema could not follow the subject's versions; empty when it could. */
  synchronized List<String> objections(String subject, String schema) {
    return level(subject).objections(parse(schema), parseAll(store.versions(subject, false)));
  }

  /** Why the schema does not go with one version of the subject. */
  synchronized List<String> objections(String subject, String version, String schema) {
    SchemaVersion other = version(subject, version, false);
    return level(subject).objections(parse(schema), parseAll(List.of(other)));
  }

  synchronized String schema(int id) {
    return store.schema(id).orElseThrow(() -> RegistryException.schemaNotFound(id));
  }

  synchronized List<SchemaVersion> versionsOf(int id, boolean withDeleted) {
    schema(id);
    return store.versionsOf(id, withDeleted);
  }

  /** Deletes a subject's versions: softly, or for good those that were deleted softly before. */
  synchronized List<Integer> deleteSubject(String subject, boolean permanently) {
    List<SchemaVersion> versions = known(subject, permanently);
    if (permanently && versions.stream().anyMatch(found -> !found.deleted())) {
      throw RegistryException.subjectNotDeletedFirst(subject);
    }
    versions.forEach(version -> delete(version, permanently));
    return numbers(versions);
  }

  synchronized int deleteVersion(String subject, String version, boolean permanently) {
    SchemaVersion found = version(subject, version, permanently);
    if (permanently && !found.deleted()) {
      throw RegistryException.versionNotDeletedFirst(subject, found.version());
    }
    delete(found, permanently);
    return found.version();
  }

  synchronized CompatibilityLevel level(String subject) {
    return store.levelOf(subject).orElseGet(store::defaultLevel);
  }

  synchronized Optional<CompatibilityLevel> levelOf(String subject) {
    return store.levelOf(subject);
  }

  synchronized CompatibilityLevel defaultLevel() {
    return store.defaultLevel();
  }

  /** Sets the level of a subject, or of all that have none of their own. */
  synchronized void setLevel(Optional<String> subject, CompatibilityLevel level) {
    write(SchemaRecords.levelKey(subject.orElse(null)), Optional.of(SchemaRecords.level(level)));
  }

  synchronized void clearLevel(Optional<String> subject) {
    write(SchemaRecords.levelKey(subject.orElse(null)), Optional.empty());
  }

  private void delete(SchemaVersion version, boolean permanently) {
    if (permanently) {
      write(SchemaRecords.versionKey(version.subject(), version.version()), Optional.empty());
    } else {
      put(version.asDeleted());
    }
  }

  private void put(SchemaVersion version) {
    write(
        SchemaRecords.versionKey(version.subject(), version.version()),
        Optional.of(SchemaRecords.version(version)));
  }

  private void write(String key, Optional<String> value) {
    topic.write(key, value.orElse(null));
    store.apply(key, value.orElse(null));
  }

  private List<SchemaVersion> known(String subject, boolean withDeleted) {
    List<SchemaVersion> versions = store.versions(subject, withDeleted);
    if (versions.isEmpty()) {
      throw RegistryException.subjectNotFound(subject);
    }
    return versions;
  }

  private static int versionNumber(String version) {
    try {
      int number = Integer.parseInt(version);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw RegistryException.invalidVersion(version);
    }
    throw RegistryException.invalidVersion(version);
  }

  private static Schema parse(String schema) {
    try {
      return new Schema.Parser().parse(schema);
    } catch (AvroRuntimeException e) {
      throw RegistryException.invalidSchema(String.valueOf(e.getMessage()));
    }
  }

  private static List<Schema> parseAll(List<SchemaVersion> versions) {
    List<Schema> schemas = new ArrayList<>();
    versions.forEach(version -> schemas.add(parse(version.schema())));
    return schemas;
  }

  private static List<Integer> numbers(List<SchemaVersion> versions) {
    return versions.stream().map(SchemaVersion::version).toList();
  }
}
