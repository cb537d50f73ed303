package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerCommandTest {
  @TempDir private Path folder;
  private Path texts;

  @BeforeEach
  void write() throws Exception {
    texts = Files.createDirectories(folder.resolve("texts"));
    Files.writeString(
        texts.resolve("A.java"), "// Copyright nobody\nreturn value; return valuable;\n".repeat(9));
    Files.writeString(texts.resolve("ignored.bin"), "zzzzzzzzzz zzzzzzzzzz");
  }

  private Invocation train(String... more) {
    String[] arguments = new String[more.length + 6];
    String[] first = {
      "tokenizer",
      "train",
      folder.resolve("out").toString(),
      texts.toString(),
      "--vocabulary",
      "270"
    };
    System.arraycopy(first, 0, arguments, 0, first.length);
    System.arraycopy(more, 0, arguments, first.length, more.length);
    return Invocation.of(arguments);
  }

  @Test
  void aTokenizerIsLearnedFromWhatProduceWouldRead() throws Exception {
    Invocation trained = train("--split", "code", "--output", "json");

    assertThat(trained.err()).isEmpty();
    assertThat(trained.status()).isZero();
    assertThat(trained.json().get("documents").asInt()).isEqualTo(1);
    assertThat(trained.json().get("tokens").asInt()).isEqualTo(270);
    assertThat(Files.readString(folder.resolve("out/tokenizer.json")))
        .contains("<|begin|>", "\"Ġvalu\"")
        .doesNotContain("\"zz\"");
    assertThat(Files.readString(folder.resolve("out/tokenizer_config.json")))
        .contains("\"eos_token\": \"<|end|>\"");
    assertThat(train().err()).contains("is there already");
    assertThat(train("--force").status()).isZero();
  }

  @Test
  void whatCannotBeLearnedIsRefusedWithTheReason() {
    assertThat(train("--special", "").status()).isEqualTo(2);
    Invocation small = train("--special", "<|end|>");
    assertThat(small.status()).isEqualTo(2);
    assertThat(small.err()).contains("expected each once");
    assertThat(train("--split", "(").err()).contains("is no pattern");
    Invocation none = Invocation.of("tokenizer", "train", folder.toString(), "/nowhere/at/all");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("/nowhere/at/all");
  }
}
