package io.logitstream.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.decoder.ModelConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Token ids of the Hugging Face library, written by {@code tools/make_golden_tokenizers.py}; among
 * the texts are special tokens' spellings.
 */
class GoldenTokenizersTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(700, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, null, null);

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "byte-level-added", "llama-2", "mistral"})
  void textIsEncodedAsByTheLibraryAndNeverAsASpecialToken(String name) throws Exception {
    try (Tokenizer tokenizer = tokenizer(name)) {
      for (JsonNode text : golden(name)) {
        int[] expected = new int[text.get("ids").size()];
        Arrays.setAll(expected, i -> text.get("ids").get(i).asInt());

        int[] actual = tokenizer.encode(text.get("text").asText());

        assertThat(actual).as(text.get("text").asText()).isEqualTo(expected);
        assertThat(tokenizer.encodeWithSpans(text.get("text").asText()).ids()).isEqualTo(expected);
        assertThat(Arrays.stream(actual).anyMatch(tokenizer::isSpecial)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "byte-level-added", "llama-2", "mistral"})
  void decodingGivesWhatTheLibraryGives(String name) throws Exception {
    try (Tokenizer tokenizer = tokenizer(name)) {
      for (JsonNode text : golden(name)) {
        assertThat(tokenizer.decode(tokenizer.encode(text.get("text").asText())))
            .isEqualTo(text.get("decoded").asText());
      }
    }
  }

  private static Tokenizer tokenizer(String name) throws IOException, URISyntaxException {
    return Tokenizer.fromJson(Files.readAllBytes(folder(name).resolve("tokenizer.json")), CONFIG);
  }

  private static JsonNode golden(String name) throws IOException, URISyntaxException {
    return new ObjectMapper().readTree(folder(name).resolve("golden.json").toFile()).get("texts");
  }

  private static Path folder(String name) throws URISyntaxException {
    return Path.of(GoldenTokenizersTest.class.getResource("/tokenizers/golden/" + name).toURI());
  }
}
