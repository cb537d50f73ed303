package io.logitstream.teacher.batching;

import java.util.List;
import java.util.OptionalInt;

/** Turns text into the tokens of one vocabulary. */
public interface TextTokenizer {
  /** The tokens of a text, without special ones, in full length. */
  TokenizedText tokenize(String text);

  /** The token that begins a text, where there is one. */
  OptionalInt beginningOfText();

  /** The token that ends a document, where there is one. */
  OptionalInt endOfText();

  /**
   * Tokens and the range of the text, in Unicode code points, that each stands for.
   *
   * @param ids the tokens
   * @param ranges one a token
   */
  record TokenizedText(int[] ids, List<CodePointRange> ranges) {
    public TokenizedText {
      ranges = List.copyOf(ranges);
      if (ids.length != ranges.size()) {
        throw new IllegalArgumentException(
            "%d tokens with %d ranges".formatted(ids.length, ranges.size()));
      }
    }
  }

  /** A half-open range of a text, in Unicode code points; empty where a token stands for none. */
  record CodePointRange(int start, int end) {}
}
