package io.logitstream.producer.source;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A file, archive or folder, and the domain of what lies in it.
 *
 * @param domain letters, digits, '.', '_' and '-'
 */
public record SourcePath(String domain, Path path) {
  private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Checks the domain's name. */
  public SourcePath {
    if (!isDomain(domain)) {
      throw new IllegalArgumentException(
          "domain '%s', expected 1 to 64 letters, digits, '.', '_' or '-'".formatted(domain));
    }
  }

  /**
   * Reads {@code PATH} or {@code DOMAIN=PATH}.
   *
   * @throws IllegalArgumentException if there is no path: taken as one, it would be the folder that
   *     the command was started in
   */
  public static SourcePath parse(String text, String defaultDomain) {
    int equals = text.indexOf('=');
    if (text.substring(equals + 1).isBlank()) {
      throw new IllegalArgumentException(
          "source.paths has '%s', expected PATH or DOMAIN=PATH".formatted(text));
    }
    if (equals > 0 && isDomain(text.substring(0, equals))) {
      return new SourcePath(text.substring(0, equals), Path.of(text.substring(equals + 1)));
    }
    return new SourcePath(defaultDomain, Path.of(text));
  }

  /** Whether a text can be the name of a domain. */
  public static boolean isDomain(String text) {
    return DOMAIN.matcher(text).matches();
  }
}
