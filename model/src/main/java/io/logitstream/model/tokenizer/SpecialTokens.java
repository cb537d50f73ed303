package io.logitstream.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Set;

/**
 * The special tokens of a tokenizer.json. A text is data: where it happens to hold the characters
 * of a special token, such as {@code <|end|>}, it must not become that token, or whoever writes a
 * prompt could end documents in the student's training.
 */
final class SpecialTokens {
  private static final SecureRandom RANDOM = new SecureRandom();

  private SpecialTokens() {}

  /** Their ids. */
  static Set<Integer> ids(JsonNode tokenizerJson) {
    Set<Integer> special = new HashSet<>();
    for (JsonNode token : tokenizerJson.path("added_tokens")) {
      if (token.path("special").asBoolean()) {
        special.add(token.path("id").asInt());
      }
    }
    return special;
  }

  /**
   * The same tokenizer.json, with special tokens that no text matches; all ids stay. A token of the
   * model's own vocabulary is only taken from the added ones. One beyond it gets a content that
   * cannot be guessed, because the tokenizers library numbers added tokens by their order.
   */
  static JsonNode unmatched(JsonNode tokenizerJson) {
    JsonNode copy = tokenizerJson.deepCopy();
    JsonNode vocabulary = copy.path("model").path("vocab");
    if (!(copy.path("added_tokens") instanceof ArrayNode added)) {
      return copy;
    }
    byte[] unguessable = new byte[16];
    RANDOM.nextBytes(unguessable);
    Iterator<JsonNode> tokens = added.iterator();
    while (tokens.hasNext()) {
      JsonNode token = tokens.next();
      if (!token.path("special").asBoolean()) {
        continue;
      }
      if (vocabulary.isObject() && vocabulary.has(token.path("content").asText())) {
        tokens.remove();
      } else if (token instanceof ObjectNode renamed) {
        renamed.put(
            "content",
            "%s-%d".formatted(HexFormat.of().formatHex(unguessable), token.path("id").asInt()));
      }
    }
    return copy;
  }
}
