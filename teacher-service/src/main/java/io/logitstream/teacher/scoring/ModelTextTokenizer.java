package io.logitstream.teacher.scoring;

import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.teacher.batching.TextTokenizer;
import java.util.OptionalInt;

/** A model's own tokenizer. */
public final class ModelTextTokenizer implements TextTokenizer {
  private final Tokenizer tokenizer;

  public ModelTextTokenizer(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public TokenizedText tokenize(String text) {
    Tokenizer.Encoded encoded = tokenizer.encodeWithSpans(text);
    return new TokenizedText(
        encoded.ids(),
        encoded.spans().stream()
            .map(span -> new CodePointRange(span.start(), span.end()))
            .toList());
  }

  @Override
  public OptionalInt beginningOfText() {
    return tokenizer.bos();
  }

  @Override
  public OptionalInt endOfText() {
    return tokenizer.eos();
  }
}
