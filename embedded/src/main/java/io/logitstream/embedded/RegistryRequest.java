package io.logitstream.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A request, taken apart.
 *
 * @param path decoded segments, without empty ones
 * @param query decoded parameters; of repeated ones the last
 */
record RegistryRequest(String method, List<String> path, Map<String, String> query, JsonNode body) {

  RegistryRequest {
    path = List.copyOf(path);
    query = Map.copyOf(query);
  }

  /** The segment at an index; empty behind the last one. */
  String segment(int index) {
    return index < path.size() ? path.get(index) : "";
  }

  boolean flag(String name) {
    return Boolean.parseBoolean(query.get(name));
  }

  /**
   * The schema that the body carries.
   *
   * @throws RegistryException when it is missing, not Avro, or leans on other schemas
   */
  String schema() {
    if (!body.path("schemaType").asText("AVRO").equals("AVRO")
        || !body.path("references").isEmpty()) {
      throw RegistryException.invalidSchema(
          "this registry keeps Avro schemas without references only");
    }
    JsonNode schema = body.path("schema");
    if (!schema.isTextual()) {
      throw RegistryException.invalidSchema("the body has no \"schema\"");
    }
    return schema.asText();
  }
}
