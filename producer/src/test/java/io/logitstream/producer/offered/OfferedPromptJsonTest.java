package io.logitstream.producer.offered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.OriginKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfferedPromptJsonTest {
  private final OfferedPromptJson json = new OfferedPromptJson(1000);

  @Test
  void aTextNeedsNothingElse() throws Exception {
    OfferedPrompt prompt = read("{\"text\": \"words\"}");

    assertThat(prompt.text()).contains("words");
    assertThat(prompt.key()).isEmpty();
    assertThat(prompt.messages()).isEmpty();
    assertThat(prompt.origin()).isEqualTo(OriginKind.UNKNOWN);
    assertThat(prompt.weight()).isEqualTo(1);
    assertThat(prompt.endOfDocument()).isTrue();
  }

  @Test
  void everythingThatMayBeSaidIsRead() throws Exception {
    OfferedPrompt prompt =
        read(
            """
            {"key": "k-1", "text": "words", "domain": "java", "documentGroup": "library", "subject": "person 7",
             "origin": "human", "weight": 0.5, "endOfDocument": false, "attributes": {"language": "en"}}
            """);

    assertThat(prompt.key()).contains("k-1");
    assertThat(prompt.domain()).contains("java");
    assertThat(prompt.documentGroup()).contains("library");
    assertThat(prompt.subject()).contains("person 7");
    assertThat(prompt.origin()).isEqualTo(OriginKind.HUMAN);
    assertThat(prompt.weight()).isEqualTo(0.5);
    assertThat(prompt.endOfDocument()).isFalse();
    assertThat(prompt.attributes()).containsEntry("language", "en");
  }

  @Test
  void theTraceIsBesideTheContent() throws Exception {
    OfferedPrompt traced =
        read(
            """
            {"text": "words", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "a=1"}
            """);

    assertThat(traced.trace().orElseThrow().tracestate()).contains("a=1");
    assertThat(traced.contentSha256()).isEqualTo(read("{\"text\": \"words\"}").contentSha256());
  }

  @Test
  void conversationsComeAsStringsOrAsPartsOfText() throws Exception {
    OfferedPrompt prompt =
        read(
            """
            {"messages": [{"role": "system", "content": "be brief", "refusal": null, "annotations": []},
              {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
            """);

    assertThat(prompt.messages())
        .containsExactly(new ChatMessage("system", "be brief"), new ChatMessage("user", "ab"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | expected an object",
        "{} | a non-empty text or messages",
        "{\"text\": \"\"} | a non-empty text or messages",
        "{\"text\": 7} | text is number, expected a string",
        "{\"text\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"b\"}]} | and not both",
        "{\"text\": \"a\", \"txet\": \"b\"} | 'txet' is none of a prompt's names",
        "{\"text\": \"a\", \"key\": \"with space\"} | a key is 1 to 200 printable",
        "{\"text\": \"a\", \"key\": \"\"} | a key is 1 to 200 printable",
        "{\"text\": \"a\", \"domain\": \"a/b\"} | domain 'a/b'",
        "{\"text\": \"a\", \"traceparent\": \"00-1\"} | traceparent '00-1', expected VERSION-",
        "{\"text\": \"a\", \"origin\": \"me\"} | origin 'me'",
        "{\"text\": \"a\", \"weight\": -1} | weight -1",
        "{\"text\": \"a\", \"weight\": \"1\"} | weight \"1\"",
        "{\"text\": \"a\", \"endOfDocument\": 1} | endOfDocument is number",
        "{\"text\": \"a\", \"attributes\": {\"n\": 1}} | attribute 'n' is number",
        "{\"messages\": []} | array of 1 to 1000",
        "{\"messages\": [{\"content\": \"a\"}]} | a message has no role",
        "{\"messages\": [{\"role\": \"user\"}]} | content is absent",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\", \"tool_calls\": [{}]}]} | a message has 'tool_calls'",
        "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]} | part of type 'image_url'",
      })
  void whatIsWrittenOtherwiseIsRefusedByName(String text, String why) {
    assertThatExceptionOfType(RefusedPromptException.class)
        .isThrownBy(() -> read(text))
        .withMessageContaining(why)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo("malformed"));
  }

  @Test
  void theLimitCountsBytesOfEverything() throws Exception {
    assertThat(read("{\"text\": \"%s\"}".formatted("x".repeat(1000))).bytes()).isEqualTo(1000);
    assertThatExceptionOfType(RefusedPromptException.class)
        .isThrownBy(() -> read("{\"text\": \"%s\", \"subject\": \"s\"}".formatted("ü".repeat(500))))
        .withMessageContaining("a prompt of 1001 bytes, expected at most 1000")
        .satisfies(refused -> assertThat(refused.code()).isEqualTo("too-large"));
  }

  @Test
  void theSameContentHasTheSameDigestWhateverItsKey() throws Exception {
    String digest = read("{\"key\": \"a\", \"text\": \"x\"}").contentSha256();

    assertThat(read("{\"key\": \"b\", \"text\": \"x\"}").contentSha256()).isEqualTo(digest);
    assertThat(read("{\"key\": \"a\", \"text\": \"y\"}").contentSha256()).isNotEqualTo(digest);
    assertThat(read("{\"key\": \"a\", \"text\": \"x\", \"weight\": 2}").contentSha256())
        .isNotEqualTo(digest);
    assertThat(read("{\"messages\": [{\"role\": \"x\", \"content\": \"\"}]}").contentSha256())
        .isNotEqualTo(digest);
  }

  private OfferedPrompt read(String text) throws Exception {
    return json.read(new ObjectMapper().readTree(text));
  }
}
