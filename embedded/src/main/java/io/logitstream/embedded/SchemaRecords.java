package io.logitstream.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the {@code _schemas} topic, in Confluent's JSON. Compaction compares a key's
 * bytes, so the order of its fields is part of the format.
 */
final class SchemaRecords {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaRecords() {}

  static String versionKey(String subject, int version) {
    return write(key("SCHEMA", subject).put("version", version).put("magic", 1));
  }

  static String version(SchemaVersion version) {
    return write(
        JSON.createObjectNode()
            .put("subject", version.subject())
            .put("version", version.version())
            .put("id", version.id())
            .put("schema", version.schema())
            .put("deleted", version.deleted()));
  }

  /** Key of a subject's level, of the level of all subjects for null. */
  static String levelKey(@Nullable String subject) {
    return write(key("CONFIG", subject).put("magic", 0));
  }

  static String level(CompatibilityLevel level) {
    return write(JSON.createObjectNode().put("compatibilityLevel", level.name()));
  }

  static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record of the schemas topic is not JSON: " + json, e);
    }
  }

  private static ObjectNode key(String type, @Nullable String subject) {
    return JSON.createObjectNode().put("keytype", type).put("subject", subject);
  }

  private static String write(ObjectNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
