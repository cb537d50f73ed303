package io.logitstream.console.commands;

/** A command was asked for its configuration, printed it, and has nothing else to do. */
public final class ConfigurationPrinted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConfigurationPrinted() {
    super("the configuration was printed", null, false, false);
  }
}
