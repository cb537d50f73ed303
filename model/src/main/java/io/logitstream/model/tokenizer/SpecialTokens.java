package io.logitstream.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The special tokens of a tokenizer.json. A text is data: where it happens to hold the characters
 * of a special token, such as {@code <|end|>}, it must not become that token, or whoever writes a
 * prompt could end documents in the student's training. So each special token is spelled otherwise
 * in the tokenizer, in a way that cannot be guessed; who means the token says so with that
 * spelling.
 */
final class SpecialTokens {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Ids by the spelling that tokenizer.json has. */
  private final Map<String, Integer> ids;

  private final String unguessable;

  private SpecialTokens(Map<String, Integer> ids) {
    this.ids = ids;
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    this.unguessable = HexFormat.of().formatHex(random);
  }

  static SpecialTokens of(JsonNode tokenizerJson) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (JsonNode token : tokenizerJson.path("added_tokens")) {
      if (token.path("special").asBoolean() && !token.path("content").asText().isEmpty()) {
        ids.put(token.path("content").asText(), token.path("id").asInt());
      }
    }
    return new SpecialTokens(ids);
  }

  Set<Integer> ids() {
    return Set.copyOf(ids.values());
  }

  /** How a token is spelled in the {@link #hidden} tokenizer. */
  String hiddenSpelling(int id) {
    return "%s-%d-".formatted(unguessable, id);
  }

  /**
   * The same tokenizer.json, with special tokens that no text matches; all ids stay. Merges that
   * would make a special token out of its characters are left out.
   */
  JsonNode hidden(JsonNode tokenizerJson) {
    JsonNode copy = tokenizerJson.deepCopy();
    for (JsonNode token : copy.path("added_tokens")) {
      String spelling = token.path("content").asText();
      if (token.path("special").asBoolean() && ids.containsKey(spelling)) {
        ((ObjectNode) token).put("content", hiddenSpelling(ids.get(spelling)));
      }
    }
    if (copy.path("model") instanceof ObjectNode model) {
      hideInVocabulary(model);
      hideInMerges(model.path("merges"));
    }
    return copy;
  }

  private void hideInVocabulary(ObjectNode model) {
    String unknown = model.path("unk_token").asText();
    if (ids.containsKey(unknown)) {
      model.put("unk_token", hiddenSpelling(ids.get(unknown)));
    }
    if (model.path("vocab") instanceof ObjectNode vocabulary) {
      ids.forEach(
          (spelling, id) -> {
            JsonNode stored = vocabulary.remove(spelling);
            if (stored != null) {
              vocabulary.set(hiddenSpelling(id), stored);
            }
          });
    } else if (model.path("vocab") instanceof ArrayNode vocabulary) {
      for (JsonNode piece : vocabulary) {
        String spelling = piece.path(0).asText();
        if (piece instanceof ArrayNode entry && ids.containsKey(spelling)) {
          entry.set(0, hiddenSpelling(ids.get(spelling)));
        }
      }
    }
  }

  private void hideInMerges(JsonNode merges) {
    for (Iterator<JsonNode> each = merges.iterator(); each.hasNext(); ) {
      JsonNode merge = each.next();
      String[] parts =
          merge.isArray()
              ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
              : merge.asText().split(" ", 2);
      if (parts.length == 2
          && (ids.containsKey(parts[0] + parts[1])
              || ids.containsKey(parts[0])
              || ids.containsKey(parts[1]))) {
        each.remove();
      }
    }
  }

  /**
   * Where special tokens are spelled in a text, the longest at each place, from left to right.
   *
   * @param data UTF-16 units that are never part of one
   */
  List<Tokenizer.SpecialToken> in(String text, BitSet data) {
    List<Tokenizer.SpecialToken> found = new ArrayList<>();
    List<Map.Entry<String, Integer>> longestFirst =
        ids.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
            .toList();
    BitSet firsts = new BitSet();
    longestFirst.forEach(entry -> firsts.set(entry.getKey().charAt(0)));
    int index = 0;
    while (index < text.length()) {
      int start = index++;
      if (!firsts.get(text.charAt(start))) {
        continue;
      }
      int marked = data.nextSetBit(start);
      int limit = marked < 0 ? text.length() : marked;
      for (Map.Entry<String, Integer> entry : longestFirst) {
        int end = start + entry.getKey().length();
        if (end <= limit && text.startsWith(entry.getKey(), start)) {
          found.add(new Tokenizer.SpecialToken(start, end, entry.getValue()));
          index = end;
          break;
        }
      }
    }
    return found;
  }
}
