package io.logitstream.producer.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.producer.offered.OfferedPromptJson;
import io.logitstream.producer.offered.RefusedPromptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The body of a request: one prompt, or {@code {"prompts": [...]}}.
 *
 * @param isSingle whether it is one prompt
 * @param items the prompts, or why they are refused, in their order
 */
record PromptRequest(boolean isSingle, List<Item> items) {
  /** Code of a request of more prompts than may be. */
  static final String TOO_MANY = "too-many";

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(64 << 20)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** A prompt, or why it is refused. */
  sealed interface Item {
    /** A prompt that can be published. */
    record Good(OfferedPrompt prompt) implements Item {}

    /** A prompt that is refused. */
    record Refused(String code, String message) implements Item {}
  }

  PromptRequest {
    items = List.copyOf(items);
  }

  /**
   * Reads a body.
   *
   * @param key the request's idempotency key; that of the i-th of several prompts is KEY/i
   * @throws RefusedPromptException if nothing of it can be understood
   */
  static PromptRequest read(
      byte[] body, Optional<String> key, OfferedPromptJson prompts, int maxPrompts)
      throws RefusedPromptException {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new RefusedPromptException(
          "malformed", "the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new RefusedPromptException("malformed", "the body is not JSON: " + e.getMessage());
    }
    if (root == null || !root.isObject()) {
      throw new RefusedPromptException(
          "malformed", "the body is no JSON object, expected a prompt or {\"prompts\": [...]}");
    }
    if (!root.has("prompts")) {
      return new PromptRequest(true, List.of(item(root, key, prompts)));
    }
    JsonNode several = root.path("prompts");
    if (root.size() != 1 || !several.isArray() || several.isEmpty()) {
      throw new RefusedPromptException(
          "malformed", "expected {\"prompts\": [...]} with at least one prompt and nothing else");
    }
    if (several.size() > maxPrompts) {
      throw new RefusedPromptException(
          TOO_MANY,
          "a request of %d prompts, expected at most %d (intake.http.max-request-prompts)"
              .formatted(several.size(), maxPrompts));
    }
    List<Item> items = new ArrayList<>();
    for (JsonNode node : several) {
      int index = items.size();
      items.add(item(node, key.map(given -> given + "/" + index), prompts));
    }
    return new PromptRequest(false, items);
  }

  private static Item item(JsonNode node, Optional<String> key, OfferedPromptJson prompts) {
    try {
      OfferedPrompt prompt = prompts.read(node);
      boolean named = prompt.key().isPresent() || key.isEmpty();
      return new Item.Good(
          named ? prompt : prompt.withKey(OfferedPromptJson.requireKey(key.get())));
    } catch (RefusedPromptException e) {
      return new Item.Refused(e.code(), e.reason());
    }
  }
}
