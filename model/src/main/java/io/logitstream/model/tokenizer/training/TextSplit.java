package io.logitstream.model.tokenizer.training;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How a text is cut into words, within which tokens are learned: each match is a word, and so is
 * what lies between two.
 *
 * @param regex a pattern that Java and Oniguruma read alike; white space and classes are Unicode's
 * @param named whether the pattern is the one that tokenizer.json needs not spell out
 */
public record TextSplit(String regex, boolean named) {
  /** GPT-2's: contractions, words and numbers with a leading space, runs of white space. */
  public static final TextSplit GPT2 =
      new TextSplit(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          true);

  /**
   * For source code: numbers in groups of three digits, and a line break with the indentation of
   * the next line.
   */
  public static final TextSplit CODE =
      new TextSplit(
          " ?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s*[\\r\\n]+[ \\t]*|\\s+(?!\\S)|\\s+",
          false);

  public TextSplit {
    try {
      Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'%s' is no pattern: %s".formatted(regex, e.getDescription()), e);
    }
  }

  /**
   * Reads {@code gpt2}, {@code code}, or a pattern.
   *
   * @throws IllegalArgumentException if it is no pattern
   */
  public static TextSplit parse(String text) {
    return switch (text) {
      case "gpt2" -> GPT2;
      case "code" -> CODE;
      default -> new TextSplit(text, false);
    };
  }

  /** A function from a text to its words, for one thread. */
  Words words() {
    return new Words(Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS).matcher(""));
  }

  /** Cuts texts. */
  static final class Words {
    private final Matcher matcher;

    private Words(Matcher matcher) {
      this.matcher = matcher;
    }

    void of(String text, Consumer<String> word) {
      matcher.reset(text);
      int from = 0;
      while (matcher.find()) {
        give(text, from, matcher.start(), word);
        give(text, matcher.start(), matcher.end(), word);
        from = matcher.end();
      }
      give(text, from, text.length(), word);
    }

    private static void give(String text, int start, int end, Consumer<String> word) {
      if (start < end) {
        word.accept(text.substring(start, end));
      }
    }
  }
}
