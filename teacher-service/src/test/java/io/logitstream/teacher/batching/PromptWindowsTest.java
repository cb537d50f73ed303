package io.logitstream.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.Span;
import io.logitstream.teacher.TinyTeacher;
import io.logitstream.teacher.scoring.ModelTextTokenizer;
import io.logitstream.teacher.scoring.TemplatedConversations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptWindowsTest {
  private static final Tokenizer TOKENIZER =
      Tokenizer.fromJson(TinyTeacher.tokenizerJson(), TinyTeacher.CONFIG);
  private static final int BEGIN = 0;
  private static final int END = 1;

  private static final String CHAT =
      "{{ '<|begin|>' }}{% for m in messages %}{{ m.role + ':' + m.content + '<|end|>' }}{% endfor %}"
          + "{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}";

  @TempDir private Path directory;

  private final PromptWindows windows =
      new PromptWindows(
          new ModelTextTokenizer(TOKENIZER),
          ConversationTokenizer.none("tiny"),
          new WindowCutter(64, 0),
          200);

  @AfterAll
  static void closeTokenizer() {
    TOKENIZER.close();
  }

  @Test
  void aDocumentBeginsAndEndsWithTheTokensThatSaySo() {
    assertThat(windows.of(prompt("ab").build()).get(0).tokens())
        .containsExactly(BEGIN, 'a' + 2, 'b' + 2, END);
    assertThat(windows.of(prompt("ab").setEndOfDocument(false).build()).get(0).tokens())
        .containsExactly(BEGIN, 'a' + 2, 'b' + 2);
  }

  @Test
  void withoutSpansEveryTokenIsTrainedOnTheEndIncluded() {
    Window window = windows.of(prompt("ab").build()).get(0);
    assertThat(window.trained()).containsExactly(new PositionRange(0, 3));
  }

  @Test
  void spansCountCodePointsAlsoOutsideTheBasicPlane() {
    // 😀 is one code point, two chars and four bytes, é two bytes
    String text = "a😀é𝄞b";
    assertThat(trainedText(text, new Span(1, 2))).isEqualTo("😀");
    assertThat(trainedText(text, new Span(2, 3))).isEqualTo("é");
    assertThat(trainedText(text, new Span(3, 4))).isEqualTo("𝄞");
    assertThat(trainedText(text, new Span(4, 5))).isEqualTo("b<end>");
    assertThat(trainedText(text, new Span(0, 1), new Span(3, 5))).isEqualTo("a𝄞b<end>");
    assertThat(trainedText(text, new Span(0, 4))).isEqualTo("a😀é𝄞");
  }

  @Test
  void aTokenThatReachesOutOfASpanIsNotTrainedOn() {
    TextTokenizer pairs = new PairTokenizer();
    PromptWindows cut =
        new PromptWindows(pairs, ConversationTokenizer.none("pairs"), new WindowCutter(64, 0), 200);
    // tokens ab, cd, ef: the span holds b, c and d
    Prompt prompt = prompt("abcdef").setTrainableSpans(List.of(new Span(1, 4))).build();
    assertThat(cut.of(prompt).get(0).trained()).containsExactly(new PositionRange(0, 1));
    assertCondemned(
        cut, prompt("abcdef").setTrainableSpans(List.of(new Span(1, 2))), "nothing-to-train");
  }

  @Test
  void promptsThatNoTeacherCanScoreAreCondemnedByName() {
    assertCondemned(windows, prompt(""), "empty-text");
    assertCondemned(windows, prompt("").setText(null), "empty-text");
    assertCondemned(
        windows,
        prompt("").setText(null).setMessages(List.of(new ChatMessage("user", "hi"))),
        "chat-unsupported");
    assertCondemned(windows, prompt("x".repeat(199)), "too-long");
    assertCondemned(windows, prompt("ab").setTrainableSpans(List.of(new Span(1, 3))), "bad-spans");
    assertCondemned(windows, prompt("ab").setTrainableSpans(List.of(new Span(-1, 1))), "bad-spans");
    assertCondemned(
        windows, prompt("ab").setTrainableSpans(List.of(new Span(1, 1))), "nothing-to-train");
    assertCondemned(windows, prompt("ab").setPromptId(""), "malformed-prompt");
    assertCondemned(windows, prompt("ab").setWeight(Double.NaN), "malformed-prompt");
    assertCondemned(
        windows,
        prompt("ab").setAttributes(Map.of("k", "v".repeat(1 << 17))),
        "metadata-too-large");
    PromptWindows pairs =
        new PromptWindows(
            new PairTokenizer(), ConversationTokenizer.none("pairs"), new WindowCutter(64, 0), 200);
    assertCondemned(pairs, prompt("ab"), "too-short");
  }

  @Test
  void ofAConversationTheAssistantsTurnsAreTrainedOnAndNothingIsAddedToTheTemplate()
      throws IOException {
    PromptWindows templated = templated(CHAT);
    Prompt prompt =
        conversation(
            new ChatMessage("user", "a<|end|>"),
            new ChatMessage("assistant", "bc"),
            new ChatMessage("user", "d"),
            new ChatMessage("assistant", "e"));

    Window window = templated.of(prompt).get(0);

    assertThat(shown(window.tokens(), 0, window.tokens().length))
        .isEqualTo("[b]user:a<|end|>[e]assistant:bc[e]user:d[e]assistant:e[e]");
    assertThat(
            window.trained().stream()
                .map(range -> shown(window.tokens(), range.start() + 1, range.end() + 1)))
        .containsExactly("bc[e]", "e[e]");
  }

  @Test
  void conversationsThatTheTemplateCannotWriteAreCondemnedByName() throws IOException {
    PromptWindows templated = templated(CHAT);
    assertCondemned(
        templated, conversationBuilder(new ChatMessage("user", "a")), "nothing-to-train");
    assertCondemned(
        templated,
        conversationBuilder(new ChatMessage("assistant", "a"))
            .setTrainableSpans(List.of(new Span(0, 1))),
        "bad-spans");
    assertCondemned(
        templated, conversationBuilder(new ChatMessage("assistant", "x".repeat(200))), "too-long");
    assertCondemned(
        templated, conversationBuilder(new ChatMessage("<|end|>", "a")), "chat-template");
    assertCondemned(
        templated("{{ raise_exception('never') }}"),
        conversationBuilder(new ChatMessage("assistant", "a")),
        "chat-template");
    assertCondemned(
        templated("{% if %}"),
        conversationBuilder(new ChatMessage("assistant", "a")),
        "chat-template");
  }

  private PromptWindows templated(String template) throws IOException {
    Files.writeString(directory.resolve("chat_template.jinja"), template);
    return new PromptWindows(
        new ModelTextTokenizer(TOKENIZER),
        TemplatedConversations.of(directory, TOKENIZER),
        new WindowCutter(64, 0),
        200);
  }

  private static Prompt conversation(ChatMessage... messages) {
    return conversationBuilder(messages).build();
  }

  private static Prompt.Builder conversationBuilder(ChatMessage... messages) {
    return prompt("").setText(null).setMessages(List.of(messages));
  }

  /** Special tokens in brackets, so that they differ from their spelling. */
  private static String shown(int[] tokens, int start, int end) {
    StringBuilder shown = new StringBuilder();
    for (int token : Arrays.copyOfRange(tokens, start, end)) {
      shown.append(token == BEGIN ? "[b]" : token == END ? "[e]" : "" + (char) (token - 2));
    }
    return shown.toString();
  }

  @Test
  void aTextBesideMessagesIsScored() {
    Prompt both = prompt("ab").setMessages(List.of(new ChatMessage("user", "hi"))).build();
    assertThat(windows.of(both)).hasSize(1);
  }

  private String trainedText(String text, Span... spans) {
    Window window = windows.of(prompt(text).setTrainableSpans(List.of(spans)).build()).get(0);
    List<Byte> bytes = new ArrayList<>();
    boolean end = false;
    for (PositionRange range : window.trained()) {
      for (int position = range.start(); position < range.end(); position++) {
        int label = window.tokens()[position + 1];
        if (label == END) {
          end = true;
        } else {
          bytes.add((byte) (label - 2));
        }
      }
    }
    byte[] utf8 = new byte[bytes.size()];
    for (int index = 0; index < utf8.length; index++) {
      utf8[index] = bytes.get(index);
    }
    return new String(utf8, StandardCharsets.UTF_8) + (end ? "<end>" : "");
  }

  private static void assertCondemned(PromptWindows windows, Prompt.Builder prompt, String code) {
    assertThatThrownBy(() -> windows.of(prompt.build()))
        .isInstanceOfSatisfying(
            UnscorablePromptException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static Prompt.Builder prompt(String text) {
    return Prompt.newBuilder()
        .setPromptId("id")
        .setText(text)
        .setSource("source")
        .setSourcePosition("here")
        .setSourceIndex(0)
        .setDocumentGroup("group")
        .setDomain("domain")
        .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
        .setCreatedAt(Instant.EPOCH);
  }

  /** Two characters a token, and no tokens that begin or end a text. */
  private static final class PairTokenizer implements TextTokenizer {
    @Override
    public TokenizedText tokenize(String text) {
      int[] ids = new int[(text.length() + 1) / 2];
      List<CodePointRange> ranges = new ArrayList<>();
      for (int token = 0; token < ids.length; token++) {
        ids[token] = token;
        ranges.add(new CodePointRange(2 * token, Math.min(2 * token + 2, text.length())));
      }
      return new TokenizedText(ids, ranges);
    }

    @Override
    public OptionalInt beginningOfText() {
      return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
      return OptionalInt.empty();
    }
  }
}
