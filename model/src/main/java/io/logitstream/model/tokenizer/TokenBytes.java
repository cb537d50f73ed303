package io.logitstream.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.model.decoder.UnsupportedModelException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How many bytes of UTF-8 each token of a {@code tokenizer.json} stands for. Special tokens stand
 * for none.
 */
final class TokenBytes {
  private static final Pattern BYTE_TOKEN = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  /** SentencePiece's sign for a space. */
  private static final String SPACE = "\u2581";

  private TokenBytes() {}

  /**
   * Bytes by token id; ids that are not used have none.
   *
   * @param vocabularySize every id is below it
   */
  static int[] of(JsonNode tree, int vocabularySize) {
    boolean byteLevel = tree.path("decoder").toString().contains("\"ByteLevel\"");
    Map<Integer, Integer> lengths = new HashMap<>();
    JsonNode vocabulary = tree.path("model").path("vocab");
    if (vocabulary.isObject()) {
      for (Iterator<Map.Entry<String, JsonNode>> entries = vocabulary.properties().iterator();
          entries.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = entries.next();
        lengths.put(id(entry.getValue(), vocabularySize), length(entry.getKey(), byteLevel));
      }
    } else {
      for (int id = 0; id < vocabulary.size(); id++) {
        lengths.put(id, length(vocabulary.path(id).path(0).asText(), byteLevel));
      }
    }
    for (JsonNode added : tree.path("added_tokens")) {
      boolean special = added.path("special").asBoolean();
      lengths.put(
          id(added.path("id"), vocabularySize),
          special ? 0 : utf8Length(added.path("content").asText()));
    }
    if (lengths.isEmpty()) {
      throw new UnsupportedModelException("tokenizer.json has no model.vocab");
    }
    int largest = lengths.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
    int[] bytes = new int[largest + 1];
    lengths.forEach((id, length) -> bytes[id] = length);
    return bytes;
  }

  private static int id(JsonNode node, int vocabularySize) {
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
      throw new UnsupportedModelException(
          "tokenizer.json has the id %s, expected a whole number".formatted(node));
    }
    if (node.intValue() >= vocabularySize) {
      throw new UnsupportedModelException(
          "tokenizer.json has the id %d, expected ids below the model's vocab_size %d"
              .formatted(node.intValue(), vocabularySize));
    }
    return node.intValue();
  }

  /** In a byte-level vocabulary each character is one byte. */
  private static int length(String token, boolean byteLevel) {
    if (byteLevel) {
      return token.codePointCount(0, token.length());
    }
    return BYTE_TOKEN.matcher(token).matches() ? 1 : utf8Length(token.replace(SPACE, " "));
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
