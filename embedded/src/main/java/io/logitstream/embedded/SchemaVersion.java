package io.logitstream.embedded;

/**
 * A schema under a subject.
 *
 * @param schema Avro schema as JSON, as its parser writes it
 * @param deleted softly deleted: no longer offered, still readable by its ID
 */
record SchemaVersion(String subject, int version, int id, String schema, boolean deleted) {

  SchemaVersion {
    if (version < 1 || id < 1) {
      throw new IllegalArgumentException(
          "version and ID start at 1, were " + version + " and " + id);
    }
  }

  SchemaVersion asDeleted() {
    return new SchemaVersion(subject, version, id, schema, true);
  }
}
