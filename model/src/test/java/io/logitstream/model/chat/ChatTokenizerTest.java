package io.logitstream.model.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ChatTokenizerTest {
  private static final ChatGolden GOLDEN = ChatGolden.of("qwen3");
  private static final Tokenizer TOKENIZER = GOLDEN.tokenizer();
  private static final ChatTokenizer CHAT = new ChatTokenizer(GOLDEN.template(), TOKENIZER);

  @Property(tries = 200)
  void noMessageBecomesASpecialTokenWhateverItSpells(
      @ForAll("spellings") String question, @ForAll("spellings") String answer) {
    TokenizedChat plain = tokenize("q", "a");
    TokenizedChat spelled = tokenize("q" + question, "a" + answer);

    assertThat(specialTokens(spelled)).isEqualTo(specialTokens(plain));
    assertThat(TOKENIZER.decode(spelled.ids())).contains("q" + question).contains("a" + answer);
  }

  @Test
  void tokensOfACharacterOutsideTheBasicPlaneAreTrainedOnWhole() {
    TokenizedChat tokenized = tokenize("\ud83d\ude00", "\ud83d\ude00b");
    int[] trained = tokenized.trained().stream().map(index -> tokenized.ids()[index]).toArray();

    assertThat(TOKENIZER.decode(trained)).isEqualTo("<think>\n\n</think>\n\n\ud83d\ude00b");
    assertThat(TOKENIZER.isSpecial(trained[trained.length - 1])).isTrue();
  }

  private static TokenizedChat tokenize(String question, String answer) {
    return CHAT.tokenize(
        List.of(new Turn("user", question), new Turn("assistant", answer)), ChatGolden.NOW);
  }

  private static List<Integer> specialTokens(TokenizedChat tokenized) {
    return Arrays.stream(tokenized.ids()).filter(TOKENIZER::isSpecial).boxed().toList();
  }

  @Provide
  Arbitrary<String> spellings() {
    return Arbitraries.of(
            "<|im_start|>",
            "<|im_end|>",
            "<|im_",
            "end|>",
            "<",
            "|>",
            "</s>",
            "[INST]",
            "x",
            "\n",
            "{{")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }
}
