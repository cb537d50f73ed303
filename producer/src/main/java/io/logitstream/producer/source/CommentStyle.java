package io.logitstream.producer.source;

import java.util.Optional;
import java.util.Set;

/** How languages write comments, by the extensions of their files. */
enum CommentStyle {
  SLASHES(
      "/*",
      "*/",
      "//",
      Set.of(
          "java", "scala", "kt", "kts", "groovy", "gradle", "js", "mjs", "ts", "tsx", "jsx", "c",
          "h", "cc", "cpp", "hpp", "cs", "go", "rs", "swift", "proto", "css", "php", "dart",
          "avdl")),
  HASHES(
      "",
      "",
      "#",
      Set.of("py", "rb", "sh", "bash", "pl", "r", "yaml", "yml", "toml", "properties", "ex")),
  DASHES("/*", "*/", "--", Set.of("sql", "lua", "hs")),
  SEMICOLONS("", "", ";", Set.of("clj", "cljs", "cljc", "lisp", "el", "scm")),
  MARKUP("<!--", "-->", "", Set.of("xml", "html", "htm", "xhtml", "svg"));

  private final String blockStart;
  private final String blockEnd;
  private final String line;
  private final Set<String> extensions;

  CommentStyle(String blockStart, String blockEnd, String line, Set<String> extensions) {
    this.blockStart = blockStart;
    this.blockEnd = blockEnd;
    this.line = line;
    this.extensions = extensions;
  }

  /** The style of files with this extension; empty where none is known. */
  static Optional<CommentStyle> ofExtension(String extension) {
    for (CommentStyle style : values()) {
      if (style.extensions.contains(extension)) {
        return Optional.of(style);
      }
    }
    return Optional.empty();
  }

  /**
   * Where the comment ends that starts at a place of the text: a block, or a run of lines.
   *
   * @return the place after it; the start itself where no comment starts there
   */
  int commentEnd(String text, int start) {
    if (!blockStart.isEmpty() && text.startsWith(blockStart, start)) {
      int end = text.indexOf(blockEnd, start + blockStart.length());
      return end < 0 ? start : end + blockEnd.length();
    }
    int end = start;
    while (!line.isEmpty() && text.startsWith(line, skipSpaces(text, end))) {
      int newline = text.indexOf('\n', end);
      end = newline < 0 ? text.length() : newline + 1;
    }
    return end;
  }

  private static int skipSpaces(String text, int start) {
    int at = start;
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }
}
