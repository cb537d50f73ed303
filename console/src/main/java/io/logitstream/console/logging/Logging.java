package io.logitstream.console.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much is logged, and where. One-shot commands log warnings alone; services tell what they do.
 */
public final class Logging {
  private static final String PRODUCT = "io.logitstream";
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{0}: %msg%n";

  private Logging() {}

  /** Logs what services do. */
  public static void ofService() {
    atLeast(PRODUCT, Level.INFO);
  }

  /** Logs everything of ours, the warnings of the libraries too, and stack traces. */
  public static void verbose() {
    atLeast("io.confluent", Level.WARN);
    atLeast(PRODUCT, Level.DEBUG);
    atLeast(Logger.ROOT_LOGGER_NAME, Level.WARN);
    if (context().getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR")
        instanceof ConsoleAppender<ILoggingEvent> standardError) {
      standardError.stop();
      standardError.setEncoder(encoder());
      standardError.start();
    }
  }

  /** Sends the log to a file instead of standard error, stack traces included. */
  public static void toFile(Path file) {
    LoggerContext context = context();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setName("FILE");
    appender.setFile(file.toString());
    appender.setEncoder(encoder());
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }

  /** Lines with stack traces. */
  private static PatternLayoutEncoder encoder() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context());
    encoder.setPattern(PATTERN);
    encoder.start();
    return encoder;
  }

  private static void atLeast(String name, Level level) {
    var logger = context().getLogger(name);
    if (logger.getEffectiveLevel().isGreaterOrEqual(level)) {
      logger.setLevel(level);
    }
  }

  private static LoggerContext context() {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (factory instanceof LoggerContext context) {
      return context;
    }
    throw new IllegalStateException("logging is bound to " + factory + ", expected logback");
  }
}
