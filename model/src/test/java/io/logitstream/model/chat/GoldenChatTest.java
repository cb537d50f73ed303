package io.logitstream.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts, tokens and masks of transformers, written by {@code tools/make_golden_chat.py}. */
class GoldenChatTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "chatml",
        "deepseek-r1-distill",
        "gemma-like",
        "llama-like",
        "mistral-7b",
        "mistral-nemo",
        "phi-3",
        "phi-4",
        "qwen2.5",
        "qwen2.5-generation",
        "qwen3",
        "qwen3-2507",
        "qwen3-generation",
        "smollm3",
        "zephyr"
      })
  void conversationsAreRenderedAndEncodedAsByTransformers(String name) {
    ChatGolden golden = ChatGolden.of(name);
    try (Tokenizer tokenizer = golden.tokenizer()) {
      ChatTokenizer chat = new ChatTokenizer(golden.template(), tokenizer);
      for (JsonNode conversation : golden.conversations()) {
        List<Turn> turns = ChatGolden.turns(conversation);
        boolean prompt = conversation.get("addGenerationPrompt").asBoolean();
        if (conversation.has("error")) {
          assertThatExceptionOfType(ChatTemplateException.class)
              .isThrownBy(() -> golden.template().render(turns, prompt, ChatGolden.NOW));
          continue;
        }
        assertThat(golden.template().render(turns, prompt, ChatGolden.NOW).toString())
            .isEqualTo(conversation.get("text").asText());
        if (!prompt) {
          assertEncoded(chat.tokenize(turns, ChatGolden.NOW), conversation);
        }
      }
    }
  }

  private static void assertEncoded(TokenizedChat tokenized, JsonNode conversation) {
    assertThat(tokenized.ids()).isEqualTo(integers(conversation.get("ids")));
    if (conversation.has("assistant")) {
      assertThat(tokenized.trained().stream().toArray())
          .isEqualTo(integers(conversation.get("assistant")));
    }
  }

  private static int[] integers(JsonNode array) {
    int[] integers = new int[array.size()];
    Arrays.setAll(integers, index -> array.get(index).asInt());
    return integers;
  }
}
