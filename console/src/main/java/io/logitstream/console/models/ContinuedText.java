package io.logitstream.console.models;

import io.logitstream.model.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * Turns tokens into text as they come. A token may be a part of a character only: text is given out
 * when its characters are whole.
 */
public final class ContinuedText {
  private static final char INCOMPLETE = '\uFFFD';

  private final Tokenizer tokenizer;
  private final int before;
  private int[] ids;
  private int givenOut;

  /**
   * @param last the token before the first new one: some tokenizers drop a text's leading space
   */
  public ContinuedText(Tokenizer tokenizer, int last) {
    this.tokenizer = tokenizer;
    this.ids = new int[] {last};
    this.before = tokenizer.decode(ids).length();
  }

  /** The characters that a token completes. */
  public String append(int token) {
    ids = Arrays.copyOf(ids, ids.length + 1);
    ids[ids.length - 1] = token;
    String all = all();
    int whole = all.length();
    while (whole > givenOut && all.charAt(whole - 1) == INCOMPLETE) {
      whole--;
    }
    String more = all.substring(givenOut, whole);
    givenOut = whole;
    return more;
  }

  /** All text after the first token. */
  public String all() {
    String text = tokenizer.decode(ids);
    return text.substring(Math.min(before, text.length()));
  }

  /** What was held back because it is not a whole character. */
  public String rest() {
    return all().substring(givenOut);
  }
}
