package io.logitstream.platform.config;

import java.util.Locale;

/** Names of settings as environment variables. */
final class EnvironmentNames {
  static final String PREFIX = "LOGITSTREAM_";

  private EnvironmentNames() {}

  /** {@code a.b-c} is {@code LOGITSTREAM_A_B_C}. */
  static String variable(String name) {
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * The dotted name of a variable, for names that pass through to other clients: theirs have dots
   * only.
   */
  static String dotted(String variable) {
    return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }
}
