package io.logitstream.model.tokenizer.training;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Counts the words of texts. For one thread. */
public final class WordCounts {
  private static final int DISTINCT_WORDS_MAX = 1 << 24;

  private final TextSplit split;
  private final TextSplit.Words words;
  private final Map<String, Long> counts = new HashMap<>();
  private long bytes;

  public WordCounts(TextSplit split) {
    this.split = split;
    this.words = split.words();
  }

  /**
   * Adds a text.
   *
   * @throws IllegalStateException if there are more than 2^24 distinct words by now
   */
  public void add(String text) {
    words.of(
        text,
        word -> {
          String written = ByteAlphabet.written(word);
          bytes += written.length();
          counts.merge(written, 1L, Long::sum);
        });
    if (counts.size() > DISTINCT_WORDS_MAX) {
      throw new IllegalStateException(
          "%d distinct words, expected at most %d: train on fewer texts"
              .formatted(counts.size(), DISTINCT_WORDS_MAX));
    }
  }

  /** How words are cut. */
  public TextSplit split() {
    return split;
  }

  /** UTF-8 bytes of all texts. */
  public long bytes() {
    return bytes;
  }

  /** How often each word occurs, the words in the characters of the byte alphabet. */
  Map<String, Long> counts() {
    return Collections.unmodifiableMap(counts);
  }
}
