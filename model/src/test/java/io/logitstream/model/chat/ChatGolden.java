package io.logitstream.model.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The templates of the test resources and what transformers makes of them. */
record ChatGolden(ChatTemplate template, String tokenizerName, JsonNode conversations) {
  static final Instant NOW = Instant.parse("2026-03-05T04:07:09Z");

  private static final ModelConfig CONFIG =
      new ModelConfig(1000, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, null, null);

  static ChatGolden of(String name) {
    try {
      Path folder = folder("/chat/" + name);
      JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
      Map<String, String> tokens = new HashMap<>();
      golden.get("tokens").properties().forEach(e -> tokens.put(e.getKey(), e.getValue().asText()));
      return new ChatGolden(
          ChatTemplate.parse(Files.readString(folder.resolve("template.jinja")), tokens),
          golden.get("tokenizer").asText(),
          golden.get("conversations"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Tokenizer tokenizer() {
    String folder = tokenizerName.equals("byte-level") ? "/chat/" : "/tokenizers/golden/";
    try {
      return Tokenizer.fromJson(
          Files.readAllBytes(folder(folder + tokenizerName).resolve("tokenizer.json")), CONFIG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Turn> turns(JsonNode conversation) {
    List<Turn> turns = new ArrayList<>();
    for (JsonNode message : conversation.get("messages")) {
      turns.add(new Turn(message.get("role").asText(), message.get("content").asText()));
    }
    return turns;
  }

  private static Path folder(String name) {
    try {
      return Path.of(ChatGolden.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
