package io.logitstream.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.UnsupportedModelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final Tokenizer TOKENIZER = TestTokenizers.load();

  /** With a special token and another one beyond the vocabulary of the merges. */
  private static final Tokenizer BEYOND =
      Tokenizer.fromJson(
          TestTokenizers.jsonWith(
              """
              {"id":266,"content":"<|pad|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":267,"content":"<tool>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false}
              """),
          TestTokenizers.config(true, 64));

  @Property(tries = 200)
  void everyTextComesBackAndItsTokensCountItsBytes(@ForAll("texts") String text) {
    int[] ids = TOKENIZER.encode(text);

    assertThat(TOKENIZER.decode(ids)).isEqualTo(text);
    assertThat(Arrays.stream(ids).map(TOKENIZER::utf8Length).sum())
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void mergesAreAppliedAndNothingIsAdded() {
    assertThat(TOKENIZER.encode("the int")).hasSize(3);
  }

  @Test
  void aLongTextIsNotCut() {
    String text = "abc ".repeat(5000);
    assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(text);
  }

  @Test
  void specialTokensStandForNothing() {
    assertThat(TOKENIZER.bos()).hasValue(TestTokenizers.BEGIN);
    assertThat(TOKENIZER.eos()).hasValue(TestTokenizers.END);
    assertThat(TOKENIZER.isSpecial(TestTokenizers.BEGIN)).isTrue();
    assertThat(TOKENIZER.utf8Length(TestTokenizers.BEGIN)).isZero();
    assertThat(TOKENIZER.utf8Length(TestTokenizers.VOCABULARY + 3)).isZero();
    assertThat(TOKENIZER.decode(new int[] {TestTokenizers.BEGIN, TestTokenizers.END})).isEmpty();
  }

  @Property(tries = 200)
  void aTextNeverBecomesASpecialToken(@ForAll("textsWithSpecialTokens") String text) {
    for (Tokenizer tokenizer : List.of(TOKENIZER, BEYOND)) {
      int[] ids = tokenizer.encode(text);

      assertThat(Arrays.stream(ids).filter(tokenizer::isSpecial)).isEmpty();
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void addedTokensThatAreNotSpecialKeepTheirIds() {
    assertThat(BEYOND.isSpecial(TestTokenizers.VOCABULARY)).isTrue();
    assertThat(BEYOND.encode("<tool>")).containsExactly(TestTokenizers.VOCABULARY + 1);
    assertThat(BEYOND.decode(new int[] {TestTokenizers.VOCABULARY, TestTokenizers.VOCABULARY + 1}))
        .isEqualTo("<tool>");
  }

  @Test
  void aModelWithoutABeginningHasNone() {
    try (Tokenizer tokenizer =
        Tokenizer.fromJson(TestTokenizers.json(), TestTokenizers.config(false, 64))) {
      assertThat(tokenizer.bos()).isEmpty();
    }
  }

  @Test
  void idsThatTheModelHasNotAreRefused() {
    ModelConfig small =
        new ModelConfig(265, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, null, null);
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> Tokenizer.fromJson(TestTokenizers.json(), small))
        .withMessageContaining("265");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2147483647", "-1", "99999999999", "1.5", "\"7\""})
  void anIdThatIsNoneOfTheModelsIsRefusedBeforeAnythingIsMadeForIt(String id) {
    String json = "{\"model\": {\"vocab\": {\"a\": %s}}, \"added_tokens\": []}".formatted(id);

    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(
            () ->
                Tokenizer.fromJson(
                    json.getBytes(StandardCharsets.UTF_8), TestTokenizers.config(false, 64)))
        .withMessageContaining("has the id " + id);
  }

  @Test
  void whatIsNoTokenizerIsRefused() {
    for (String json : new String[] {"", "[", "{}", "{\"model\":{\"vocab\":{\"a\":0}}}"}) {
      assertThatExceptionOfType(UnsupportedModelException.class)
          .isThrownBy(
              () ->
                  Tokenizer.fromJson(
                      json.getBytes(StandardCharsets.UTF_8), TestTokenizers.config(true, 64)))
          .withMessageContaining("tokenizer.json");
    }
  }

  @Provide
  Arbitrary<String> textsWithSpecialTokens() {
    return Arbitraries.of("<|begin|>", "<|end|>", "<|pad|>", "<|", "|>", "end", " ", "int", "<")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(40).filter(TokenizerTest::isWellFormed),
        Arbitraries.strings().withChars("the int ret\n\t{}αß漢").ofMaxLength(60));
  }

  /** Lone surrogates have no UTF-8. */
  private static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
