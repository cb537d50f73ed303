package io.logitstream.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Jinja2 makes of snippets, written by {@code tools/make_golden_chat.py}. */
class GoldenJinjaTest {
  private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 5, 4, 7, 9, 0, ZoneOffset.UTC);

  @Test
  void snippetsAreRenderedOrRefusedAsByJinja() throws IOException {
    JsonNode snippets;
    try (InputStream golden = GoldenJinjaTest.class.getResourceAsStream("/chat/jinja.json")) {
      snippets = new ObjectMapper().readTree(golden);
    }
    assertThat(snippets.size()).isGreaterThan(50);
    for (JsonNode snippet : snippets) {
      String template = snippet.get("template").asText();
      if (snippet.has("error")) {
        assertThatExceptionOfType(JinjaException.class)
            .as(template)
            .isThrownBy(() -> render(template))
            .withMessageStartingWith("line ");
      } else {
        assertThat(render(template).toString())
            .as(template)
            .isEqualTo(snippet.get("text").asText());
      }
    }
  }

  private static Text render(String template) {
    Map<String, Value> names =
        Map.of(
            "messages",
            new Value.Sequence(List.of(message("user", "Hi"), message("assistant", "Hello!"))));
    return JinjaTemplate.parse(template).render(names, NOW);
  }

  private static Value message(String role, String content) {
    Map<String, Value> message = new LinkedHashMap<>();
    message.put("role", Value.of(role));
    message.put("content", Value.of(content));
    return new Value.Mapping(message);
  }
}
