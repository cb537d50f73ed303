package io.logitstream.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateFilesTest {
  private static final String TOKENS =
      "\"bos_token\": {\"content\": \"<b>\"}, \"eos_token\": \"<e>\", \"pad_token\": null";

  @TempDir private Path directory;

  @Test
  void aDirectoryWithoutATemplateHasNone() throws IOException {
    assertThat(ChatTemplateFiles.read(directory)).isEmpty();
    config(TOKENS);
    assertThat(ChatTemplateFiles.read(directory)).isEmpty();
    config(TOKENS + ", \"chat_template\": null");
    assertThat(ChatTemplateFiles.read(directory)).isEmpty();
  }

  @Test
  void theTemplateOfTheConfigurationKnowsItsTokens() throws IOException {
    config(TOKENS + ", \"chat_template\": \"{{ bos_token }}{{ eos_token }}{{ pad_token }}\"");
    assertThat(rendered()).isEqualTo("<b><e>");
  }

  @Test
  void ofNamedTemplatesTheDefaultIsTaken() throws IOException {
    config(
        "\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"},"
            + " {\"name\": \"default\", \"template\": \"plain\"}]");
    assertThat(rendered()).isEqualTo("plain");
    config("\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"}]");
    assertRefused("without a template named 'default'");
  }

  @Test
  void aFileOfItsOwnGoesBeforeTheConfigurationAndTokensMayLieBeside() throws IOException {
    config("\"chat_template\": \"configured\"");
    Files.writeString(directory.resolve("special_tokens_map.json"), "{" + TOKENS + "}");
    Files.writeString(directory.resolve("chat_template.jinja"), "file {{ bos_token }}");
    assertThat(rendered()).isEqualTo("file <b>");
  }

  @Test
  void whatIsNoTemplateIsRefusedWithItsLine() throws IOException {
    Files.writeString(directory.resolve("chat_template.jinja"), "a\n{% include 'x' %}");
    assertRefused("line 2: the statement 'include' is not supported");
    Files.delete(directory.resolve("chat_template.jinja"));
    Files.writeString(directory.resolve("tokenizer_config.json"), "{");
    assertRefused("tokenizer_config.json is no JSON");
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(ChatTemplateException.class)
        .isThrownBy(() -> ChatTemplateFiles.read(directory))
        .withMessageContaining(message);
  }

  private String rendered() throws IOException {
    return ChatTemplateFiles.read(directory)
        .orElseThrow()
        .render(List.of(new Turn("user", "?")), false, Instant.EPOCH)
        .toString();
  }

  private void config(String content) throws IOException {
    Files.writeString(directory.resolve("tokenizer_config.json"), "{" + content + "}");
  }
}
