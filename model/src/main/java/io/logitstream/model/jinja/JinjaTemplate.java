package io.logitstream.model.jinja;

import java.time.ZonedDateTime;
import java.util.Map;

/** A template that has been read. Thread-safe. */
public final class JinjaTemplate {
  /** Published templates have a few thousand. */
  private static final int MAX_CHARACTERS = 1 << 20;

  private final TemplateParser.Parsed parsed;

  private JinjaTemplate(TemplateParser.Parsed parsed) {
    this.parsed = parsed;
  }

  /**
   * Reads a template.
   *
   * @throws JinjaException with the line, if it is none or has a statement that is not supported
   */
  public static JinjaTemplate parse(String source) {
    if (source.length() > MAX_CHARACTERS) {
      throw new JinjaException(
          "a template of %d characters, expected at most %d"
              .formatted(source.length(), MAX_CHARACTERS));
    }
    return new JinjaTemplate(TemplateParser.parse(source));
  }

  /** Whether its author marked with {@code generation} blocks what a model writes. */
  public boolean marksGeneration() {
    return parsed.marksGeneration();
  }

  /**
   * Renders it.
   *
   * @param names what its names mean
   * @param now the time that {@code strftime_now} tells
   * @throws JinjaException with the line, if it refuses what it is given, fails or does not end
   */
  public Text render(Map<String, Value> names, ZonedDateTime now) {
    return parsed.statements().rendered(Scope.outermost(names, now));
  }
}
