package io.logitstream.console.bench.teacher;

import java.util.Arrays;
import java.util.Collection;

/**
 * The distinct shingles of texts: hashes of 50 words or punctuation marks in a row, by which copied
 * text is known again however it is laid out. A text that is shorter is one shingle.
 *
 * @param sorted the hashes, ascending and distinct
 */
record Shingles(long[] sorted) {
  /** Words of a shingle. */
  static final int WORDS = 50;

  private static final long BASE = 0x9e3779b97f4a7c15L;

  /** The shingles of a text. */
  static Shingles of(String text) {
    long[] words = words(text);
    int width = Math.min(WORDS, words.length);
    if (width == 0) {
      return new Shingles(new long[0]);
    }
    long highest = 1;
    for (int i = 1; i < width; i++) {
      highest *= BASE;
    }
    long[] hashes = new long[words.length - width + 1];
    long polynomial = 0;
    for (int end = 0; end < words.length; end++) {
      polynomial = polynomial * BASE + words[end];
      int start = end - width + 1;
      if (start >= 0) {
        hashes[start] = mix(polynomial);
        polynomial -= words[start] * highest;
      }
    }
    return distinct(hashes);
  }

  /** The shingles of several texts together. */
  static Shingles union(Collection<Shingles> parts) {
    return distinct(joined(parts));
  }

  /** Those that several of the parts have. */
  static Shingles repeated(Collection<Shingles> parts) {
    long[] all = joined(parts);
    Arrays.sort(all);
    int kept = 0;
    for (int i = 1; i < all.length; i++) {
      if (all[i] == all[i - 1] && (kept == 0 || all[kept - 1] != all[i])) {
        all[kept++] = all[i];
      }
    }
    return new Shingles(Arrays.copyOf(all, kept));
  }

  private static long[] joined(Collection<Shingles> parts) {
    long[] all = new long[Math.toIntExact(parts.stream().mapToLong(Shingles::size).sum())];
    int filled = 0;
    for (Shingles part : parts) {
      System.arraycopy(part.sorted, 0, all, filled, part.sorted.length);
      filled += part.sorted.length;
    }
    return all;
  }

  int size() {
    return sorted.length;
  }

  /** The share of these that others have too, from 0 to 1; 0 of none. */
  double shareIn(Shingles others) {
    int shared = 0;
    for (long hash : sorted) {
      if (Arrays.binarySearch(others.sorted, hash) >= 0) {
        shared++;
      }
    }
    return size() == 0 ? 0 : (double) shared / size();
  }

  private static Shingles distinct(long[] hashes) {
    Arrays.sort(hashes);
    int kept = 0;
    for (int i = 0; i < hashes.length; i++) {
      if (i == 0 || hashes[i] != hashes[i - 1]) {
        hashes[kept++] = hashes[i];
      }
    }
    return new Shingles(Arrays.copyOf(hashes, kept));
  }

  /** A hash of each word (letters, digits and underscores) and of each other visible character. */
  private static long[] words(String text) {
    long[] words = new long[text.length()];
    int count = 0;
    int at = 0;
    while (at < text.length()) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      if (Character.isWhitespace(character)) {
        continue;
      }
      long hash = mix(character + 1L);
      boolean isWord = isWordPart(character);
      while (isWord && at < text.length() && isWordPart(text.codePointAt(at))) {
        int next = text.codePointAt(at);
        hash = mix(hash ^ next);
        at += Character.charCount(next);
      }
      words[count++] = hash;
    }
    return Arrays.copyOf(words, count);
  }

  private static boolean isWordPart(int character) {
    return character == '_' || Character.isLetterOrDigit(character);
  }

  private static long mix(long value) {
    long mixed = value * 0xd6e8feb86659fd93L;
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
    return mixed ^ mixed >>> 32;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shingles shingles && Arrays.equals(sorted, shingles.sorted);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }
}
