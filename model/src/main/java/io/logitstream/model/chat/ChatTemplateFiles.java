package io.logitstream.model.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a Hugging Face directory keeps its chat template: in {@code chat_template.jinja}, or in
 * {@code tokenizer_config.json} under {@code chat_template}, as one template or as a list of named
 * ones, of which the one named {@code default} is taken.
 */
public final class ChatTemplateFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "chat_template.jinja";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String TOKENS = "special_tokens_map.json";
  private static final String KEY = "chat_template";

  private ChatTemplateFiles() {}

  /**
   * A directory's template; empty where it has none.
   *
   * @throws ChatTemplateException if there is one that cannot be used
   */
  public static Optional<ChatTemplate> read(Path directory) throws IOException {
    JsonNode config = json(directory.resolve(CONFIG));
    Optional<String> source =
        Files.isRegularFile(directory.resolve(FILE))
            ? Optional.of(Files.readString(directory.resolve(FILE)))
            : configured(config.path(KEY));
    if (source.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> tokens = new HashMap<>();
    addTokens(tokens, json(directory.resolve(TOKENS)));
    addTokens(tokens, config);
    return Optional.of(ChatTemplate.parse(source.get(), tokens));
  }

  private static JsonNode json(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new ChatTemplateException(
          "%s is no JSON: %s".formatted(file.getFileName(), e.getOriginalMessage()), e);
    }
  }

  private static Optional<String> configured(JsonNode template) {
    if (template.isMissingNode() || template.isNull()) {
      return Optional.empty();
    }
    if (template.isTextual()) {
      return Optional.of(template.textValue());
    }
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default") && named.path("template").isTextual()) {
        return Optional.of(named.path("template").textValue());
      }
    }
    throw new ChatTemplateException(
        "%s has a %s without a template named 'default'".formatted(CONFIG, KEY));
  }

  /** {@code "bos_token": "<s>"}, or {@code "bos_token": {"content": "<s>", ...}}. */
  private static void addTokens(Map<String, String> tokens, JsonNode config) {
    for (Map.Entry<String, JsonNode> entry : config.properties()) {
      if (entry.getKey().endsWith("_token")) {
        JsonNode token = entry.getValue();
        JsonNode spelling = token.isObject() ? token.path("content") : token;
        if (spelling.isTextual()) {
          tokens.put(entry.getKey(), spelling.textValue());
        }
      }
    }
  }
}
