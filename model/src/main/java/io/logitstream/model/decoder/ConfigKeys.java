package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of config.json, or of another file of such a directory, that remembers which of its
 * keys were asked for: what nobody asked for is not understood, and is refused. A key with the
 * value null counts as absent.
 */
final class ConfigKeys {
  private final String file;
  private final String path;
  private final JsonNode object;
  private final Set<String> asked = new HashSet<>();

  /**
   * @param path what stands before a key's name in messages: empty, or {@code rope_scaling.}
   */
  ConfigKeys(String path, JsonNode object) {
    this("config.json", path, object);
  }

  /**
   * @param file the file's name
   * @param path what stands before a key's name in messages
   */
  ConfigKeys(String file, String path, JsonNode object) {
    this.file = file;
    this.path = path;
    this.object = object;
  }

  boolean has(String key) {
    return !node(key).isMissingNode();
  }

  /** Whether a key is there with the value null. */
  boolean isNull(String key) {
    asked.add(key);
    return object.path(key).isNull();
  }

  /** The value of a key; missing where it is absent. */
  JsonNode node(String key) {
    asked.add(key);
    JsonNode node = object.path(key);
    return node.isNull() ? object.path("") : node;
  }

  int integer(String key) {
    return integer(key, null);
  }

  /** A whole number that is not negative. A default of null means that the key must be there. */
  int integer(String key, @Nullable Integer defaultValue) {
    JsonNode node = node(key);
    if (node.isMissingNode()) {
      return required(key, defaultValue);
    }
    if (!node.canConvertToInt() || !node.isIntegralNumber() || node.intValue() < 0) {
      throw refused(key, node, "expected a whole number");
    }
    return node.intValue();
  }

  double decimal(String key) {
    return decimal(key, null);
  }

  double decimal(String key, @Nullable Double defaultValue) {
    JsonNode node = node(key);
    if (node.isMissingNode()) {
      return required(key, defaultValue);
    }
    if (!node.isNumber()) {
      throw refused(key, node, "expected a number");
    }
    return node.doubleValue();
  }

  boolean flag(String key, boolean defaultValue) {
    JsonNode node = node(key);
    if (node.isMissingNode()) {
      return defaultValue;
    }
    if (!node.isBoolean()) {
      throw refused(key, node, "expected true or false");
    }
    return node.booleanValue();
  }

  String text(String key, @Nullable String defaultValue) {
    JsonNode node = node(key);
    if (node.isMissingNode()) {
      return required(key, defaultValue);
    }
    if (!node.isTextual()) {
      throw refused(key, node, "expected a text");
    }
    return node.textValue();
  }

  /** One token id, alone or as the only element of a list; null where there is none. */
  @Nullable Integer tokenId(String key) {
    JsonNode node = node(key);
    if (node.isArray() && node.size() > 1) {
      throw refused(key, node, "supported is one id");
    }
    JsonNode single = node.isArray() ? node.path(0) : node;
    if (single.isMissingNode() || single.isNull()) {
      return null;
    }
    if (!single.isIntegralNumber() || !single.canConvertToInt()) {
      throw refused(key, node, "expected a token id");
    }
    return single.intValue();
  }

  /** Refuses every value but one; absent is that one. */
  void requireIfPresent(String key, String supported) {
    JsonNode node = node(key);
    if (!node.isMissingNode() && !node.asText().equals(supported)) {
      throw refused(key, node, "supported is " + supported);
    }
  }

  /** Refuses every value but those that ask for nothing: false, and what is empty or absent. */
  void requireNothing(String key) {
    JsonNode node = node(key);
    if (!asksForNothing(node)) {
      throw refused(key, node, "which is not supported; supported is null or false");
    }
  }

  private static boolean asksForNothing(JsonNode node) {
    return node.isMissingNode()
        || node.isNull()
        || (node.isBoolean() && !node.booleanValue())
        || (node.isContainerNode() && node.isEmpty());
  }

  /** Refuses keys that were not asked for, but for those whose values ask for nothing. */
  void refuseOthersThatAsk(Set<String> harmless) {
    object.properties().stream()
        .filter(entry -> asksForNothing(entry.getValue()))
        .forEach(entry -> asked.add(entry.getKey()));
    refuseOthers(harmless);
  }

  /** Refuses keys that were not asked for, but for those that change nothing. */
  void refuseOthers(Set<String> harmless) {
    for (Iterator<Map.Entry<String, JsonNode>> keys = object.properties().iterator();
        keys.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = keys.next();
      String key = entry.getKey();
      boolean known = asked.contains(key) || harmless.contains(key) || key.startsWith("_");
      if (!known && !entry.getValue().isNull()) {
        throw new UnsupportedModelException(
            "%s has %s%s = %s, which this decoder does not know; remove it if the model does not depend on it"
                .formatted(file, path, key, entry.getValue()));
      }
    }
  }

  UnsupportedModelException refused(String key, JsonNode value, String expected) {
    return new UnsupportedModelException("%s%s is %s, %s".formatted(path, key, value, expected));
  }

  private <T> T required(String key, @Nullable T defaultValue) {
    if (defaultValue == null) {
      throw new UnsupportedModelException("%s has no %s%s".formatted(file, path, key));
    }
    return defaultValue;
  }
}
