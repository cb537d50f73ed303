package io.logitstream.model.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.UnsupportedModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face tokenizer. Encodes text as it stands: no special tokens added, none recognised in
 * it, nothing truncated. Thread-safe.
 */
public final class Tokenizer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HuggingFaceTokenizer tokenizer;
  private final ModelConfig config;
  private final String sha256;
  private final SpecialTokens special;
  private final Set<Integer> specialIds;
  private final int[] tokenBytes;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer,
      ModelConfig config,
      String sha256,
      SpecialTokens special,
      int[] tokenBytes) {
    this.tokenizer = tokenizer;
    this.config = config;
    this.sha256 = sha256;
    this.special = special;
    this.specialIds = special.ids();
    this.tokenBytes = tokenBytes;
  }

  /** Tokens of a text and where each lies in it. */
  public record Encoded(int[] ids, List<CodePoints> spans) {
    public Encoded {
      spans = List.copyOf(spans);
    }
  }

  /** A half-open range of a text, in Unicode code points. */
  public record CodePoints(int start, int end) {}

  /**
   * A special token that is meant where a text spells it.
   *
   * @param start index of its first UTF-16 unit
   * @param end index after its last one
   */
  public record SpecialToken(int start, int end, int id) {}

  /**
   * Reads tokenizer.json.
   *
   * @param tokenizerJson its bytes
   * @param config says which tokens begin and end a text, and how many ids there are
   * @throws UnsupportedModelException if it is damaged, or has ids that the model has not
   */
  public static Tokenizer fromJson(byte[] tokenizerJson, ModelConfig config) {
    try {
      // Offline, and without a GPU build of the tokenizer, which would have to be downloaded.
      System.setProperty("ai.djl.offline", System.getProperty("ai.djl.offline", "true"));
      System.setProperty("OPT_OUT_TRACKING", "true");
      System.setProperty("RUST_FLAVOR", "cpu");
      JsonNode root = JSON.readTree(tokenizerJson);
      int[] tokenBytes = TokenBytes.of(root, config.vocabularySize());
      if (tokenBytes.length > config.vocabularySize()) {
        throw new UnsupportedModelException(
            "tokenizer.json has the id %d, expected ids below the model's vocab_size %d"
                .formatted(tokenBytes.length - 1, config.vocabularySize()));
      }
      SpecialTokens special = SpecialTokens.of(root);
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(JSON.writeValueAsBytes(special.hidden(root))),
              Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
      return new Tokenizer(tokenizer, config, Sha256.of(tokenizerJson), special, tokenBytes);
    } catch (UnsupportedModelException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UnsupportedModelException("tokenizer.json: " + e.getMessage(), e);
    }
  }

  /** Token ids of a text. */
  public int[] encode(String text) {
    return Arrays.stream(tokenizer.encode(text, false, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** Token ids of a text with the range of the text that each stands for. */
  public Encoded encodeWithSpans(String text) {
    var encoding = tokenizer.encode(text, false, false);
    return new Encoded(
        Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray(),
        Arrays.stream(encoding.getCharTokenSpans())
            .map(
                span ->
                    span == null
                        ? new CodePoints(0, 0)
                        : new CodePoints(span.getStart(), span.getEnd()))
            .toList());
  }

  /**
   * Where special tokens are spelled in a text, from left to right.
   *
   * @param data UTF-16 units that are characters whatever they spell
   */
  public List<SpecialToken> specialTokens(String text, BitSet data) {
    return special.in(text, data);
  }

  /**
   * The same as {@link #encodeWithSpans}, but with special tokens where they are meant, as the
   * library encodes a text in which it recognises them.
   *
   * @param meant places in the text, from left to right, none of which overlap
   */
  public Encoded encodeWithSpecialTokens(String text, List<SpecialToken> meant) {
    StringBuilder hidden = new StringBuilder();
    // for each code point of the hidden text the one of the text that it begins at or stands for
    IntStream.Builder origins = IntStream.builder();
    int codePoint = 0;
    int from = 0;
    for (SpecialToken token : meant) {
      String spelling = special.hiddenSpelling(token.id());
      int start = codePoint + text.codePointCount(from, token.start());
      IntStream.range(codePoint, start).forEach(origins);
      spelling.chars().forEach(unit -> origins.add(start));
      codePoint = start + text.codePointCount(token.start(), token.end());
      hidden.append(text, from, token.start()).append(spelling);
      from = token.end();
    }
    IntStream.rangeClosed(codePoint, codePoint + text.codePointCount(from, text.length()))
        .forEach(origins);
    int[] origin = origins.build().toArray();
    Encoded encoded = encodeWithSpans(hidden.append(text, from, text.length()).toString());
    return new Encoded(
        encoded.ids(),
        encoded.spans().stream()
            .map(span -> new CodePoints(origin[span.start()], origin[span.end()]))
            .toList());
  }

  /** The text of token ids; special tokens are left out. */
  public String decode(int[] ids) {
    return tokenizer.decode(
        Arrays.stream(ids).filter(id -> !isSpecial(id)).asLongStream().toArray(), true);
  }

  /** Number of token ids of the model. */
  public int vocabularySize() {
    return config.vocabularySize();
  }

  /** The beginning-of-text token. */
  public OptionalInt bos() {
    return optional(config.bosTokenId());
  }

  /** The end-of-text token. */
  public OptionalInt eos() {
    return optional(config.eosTokenId());
  }

  /** Whether a token stands for no text. */
  public boolean isSpecial(int id) {
    return specialIds.contains(id);
  }

  /** Bytes of UTF-8 that a token stands for: 0 for special tokens and for ids without a token. */
  public int utf8Length(int id) {
    return id < tokenBytes.length ? tokenBytes[id] : 0;
  }

  /** SHA-256 (hex) of tokenizer.json. */
  public String sha256() {
    return sha256;
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private static OptionalInt optional(@Nullable Integer id) {
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
