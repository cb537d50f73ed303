package io.logitstream.embedded;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** What a new version of a subject must be able to read, and be read by. */
enum CompatibilityLevel {
  NONE(false, false, false),
  BACKWARD(true, false, false),
  BACKWARD_TRANSITIVE(true, false, true),
  FORWARD(false, true, false),
  FORWARD_TRANSITIVE(false, true, true),
  FULL(true, true, false),
  FULL_TRANSITIVE(true, true, true);

  private final boolean readsEarlier;
  private final boolean readByEarlier;
  private final boolean transitive;

  CompatibilityLevel(boolean readsEarlier, boolean readByEarlier, boolean transitive) {
    this.readsEarlier = readsEarlier;
    this.readByEarlier = readByEarlier;
    this.transitive = transitive;
  }

  /** The level of this name, in any case. */
  static Optional<CompatibilityLevel> named(String name) {
    return Stream.of(values()).filter(level -> level.name().equalsIgnoreCase(name)).findFirst();
  }

  /**
   * Why the schema may not follow the earlier ones; empty when it may.
   *
   * @param earlier schemas of the subject, oldest first
   */
  List<String> objections(Schema schema, List<Schema> earlier) {
    int first = transitive ? 0 : Math.max(0, earlier.size() - 1);
    return earlier.subList(first, earlier.size()).stream()
        .flatMap(
            old ->
                Stream.concat(
                    readsEarlier ? objections("READER", schema, old) : Stream.empty(),
                    readByEarlier ? objections("WRITER", old, schema) : Stream.empty()))
        .toList();
  }

  private static Stream<String> objections(String role, Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    if (result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE) {
      return Stream.empty();
    }
    return result.getIncompatibilities().stream()
        .map(
            found ->
                "{newSchemaAs:'%s', errorType:'%s', location:'%s', description:'%s'}"
                    .formatted(role, found.getType(), found.getLocation(), found.getMessage()));
  }
}
