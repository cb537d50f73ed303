package io.logitstream.model.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairTrainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(strings = {"text", "code", "repetitions", "ties"})
  void theFileIsThatOfTheHuggingFaceLibraryByteForByte(String name) throws IOException {
    JsonNode training = JSON.readTree(read(name, "training.json"));
    TextSplit split = TextSplit.parse(training.get("split").asText());
    WordCounts counts = new WordCounts(split);
    JSON.readTree(read(name, "texts.json")).forEach(text -> counts.add(text.asText()));
    List<String> special = new ArrayList<>();
    training.get("special").forEach(token -> special.add(token.asText()));

    BytePairVocabulary vocabulary =
        BytePairTrainer.train(counts, special, training.get("vocabulary").asInt());

    String written =
        new String(TokenizerFiles.tokenizerJson(vocabulary, split), StandardCharsets.UTF_8);
    assertThat(written).isEqualTo(new String(read(name, "tokenizer.json"), StandardCharsets.UTF_8));
  }

  @Test
  void whatWasLearnedEncodesAndDecodesAnyText() {
    WordCounts counts = new WordCounts(TextSplit.CODE);
    counts.add("return the value; return the other value; ".repeat(20));
    BytePairVocabulary vocabulary =
        BytePairTrainer.train(counts, List.of("<|begin|>", "<|end|>"), 275);
    ModelConfig config = new ModelConfig(275, 8, 8, 1, 1, 1, 8, 1e-5, 1e4, true, 64, 0, 1);

    try (Tokenizer tokenizer =
        Tokenizer.fromJson(TokenizerFiles.tokenizerJson(vocabulary, TextSplit.CODE), config)) {
      for (String text : new String[] {"return the value", "naïve 漢字 \r\n\t<|end|> 1234"}) {
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
      }
      assertThat(tokenizer.encode(" the")).hasSize(1);
    }
  }

  @Test
  void aVocabularyWithoutRoomAndOneThatTheTextsDoNotFillAreRefused() {
    WordCounts counts = new WordCounts(TextSplit.GPT2);
    counts.add("ab ab");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BytePairTrainer.train(counts, List.of("<s>"), 256))
        .withMessageContaining("at least 257");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BytePairTrainer.train(counts, List.of(), 400))
        .withMessageContaining("258 tokens, expected 400");
    assertThatIllegalArgumentException().isThrownBy(() -> TextSplit.parse("(unclosed"));
  }

  private static byte[] read(String name, String file) throws IOException {
    String resource = "/tokenizers/training/%s/%s".formatted(name, file);
    try (InputStream in =
        Objects.requireNonNull(BytePairTrainerTest.class.getResourceAsStream(resource), resource)) {
      return in.readAllBytes();
    }
  }
}
