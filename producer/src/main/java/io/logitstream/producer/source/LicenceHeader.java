package io.logitstream.producer.source;

import java.util.regex.Pattern;

/**
 * The licence at the head of a source file. Thousands of files share it word for word: a student
 * would learn it by heart and little else.
 */
final class LicenceHeader {
  private static final Pattern LICENCE_WORDS =
      Pattern.compile(
          "licen[cs]e|copyright|\\(c\\)|all rights reserved|spdx|redistribution|public domain|permission is hereby granted",
          Pattern.CASE_INSENSITIVE);

  private LicenceHeader() {}

  /** The text without the leading comments that contain words of licences. */
  static String strip(String text, CommentStyle style) {
    int kept = interpreterLineEnd(text);
    int at = kept;
    while (true) {
      int start = skipBlank(text, at);
      int end = style.commentEnd(text, start);
      if (end == start || !LICENCE_WORDS.matcher(text).region(start, end).find()) {
        break;
      }
      at = end;
    }
    return at == kept ? text : text.substring(0, kept) + text.substring(skipBlank(text, at));
  }

  private static int interpreterLineEnd(String text) {
    return text.startsWith("#!") ? text.indexOf('\n') + 1 : 0;
  }

  private static int skipBlank(String text, int start) {
    int at = start;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
