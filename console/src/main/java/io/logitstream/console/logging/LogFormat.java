package io.logitstream.console.logging;

/** How a line of the log is written. */
public enum LogFormat {
  /** For people. */
  TEXT,
  /** An object of JSON, for systems that gather logs. */
  JSON
}
