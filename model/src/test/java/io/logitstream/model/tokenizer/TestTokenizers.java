package io.logitstream.model.tokenizer;

import io.logitstream.model.decoder.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;

/** A byte-level tokenizer: two special tokens, all bytes, eight merges. */
public final class TestTokenizers {
  public static final int BEGIN = 0;
  public static final int END = 1;
  public static final int VOCABULARY = 266;

  private TestTokenizers() {}

  public static byte[] json() {
    try (InputStream in =
        TestTokenizers.class.getResourceAsStream("/tokenizers/byte-level/tokenizer.json")) {
      if (in == null) {
        throw new IllegalStateException("the test's tokenizer is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with more added tokens, as JSON objects separated by commas. */
  public static byte[] jsonWith(String addedTokens) {
    String json = new String(json(), StandardCharsets.UTF_8);
    return json.replaceFirst(
            "(\"added_tokens\"\\s*:\\s*\\[[^]]*)]",
            "$1," + Matcher.quoteReplacement(addedTokens) + "]")
        .getBytes(StandardCharsets.UTF_8);
  }

  public static ModelConfig config(boolean withBeginning, int maxPositions) {
    return new ModelConfig(
        VOCABULARY + 6,
        32,
        48,
        2,
        4,
        2,
        8,
        1e-5,
        10_000,
        true,
        maxPositions,
        withBeginning ? BEGIN : null,
        END);
  }

  public static Tokenizer load() {
    return Tokenizer.fromJson(json(), config(true, 64));
  }
}
