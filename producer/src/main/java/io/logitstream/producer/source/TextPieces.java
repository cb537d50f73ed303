package io.logitstream.producer.source;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text into pieces that, put together, are the text again. */
final class TextPieces {
  private TextPieces() {}

  /**
   * Pieces of as many whole lines as fit; a line that is longer than a piece is cut between
   * characters.
   *
   * @param maxCharacters longest piece in UTF-16 characters, at least 2
   */
  static List<String> cut(String text, int maxCharacters) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (text.length() - start > maxCharacters) {
      int end = end(text, start, start + maxCharacters);
      pieces.add(text.substring(start, end));
      start = end;
    }
    if (start < text.length()) {
      pieces.add(text.substring(start));
    }
    return pieces;
  }

  private static int end(String text, int start, int endMax) {
    int newline = text.lastIndexOf('\n', endMax - 1);
    if (newline >= start) {
      return newline + 1;
    }
    boolean splitsPair =
        Character.isHighSurrogate(text.charAt(endMax - 1))
            && Character.isLowSurrogate(text.charAt(endMax));
    return splitsPair ? endMax - 1 : endMax;
  }
}
