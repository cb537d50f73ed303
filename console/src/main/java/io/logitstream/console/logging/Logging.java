package io.logitstream.console.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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

  /**
   * Logs what services do.
   *
   * @param members what every line says of the process, where lines are JSON
   */
  public static void ofService(LogFormat format, Map<String, String> members) {
    atLeast(PRODUCT, Level.INFO);
    if (format == LogFormat.JSON) {
      JsonLines encoder = new JsonLines(members);
      encoder.setContext(context());
      encoder.start();
      encodeBy(encoder);
    }
  }

  /** Whether lines are JSON: then those who gather them expect nothing else. */
  public static boolean isJson() {
    return standardError().map(OutputStreamAppender::getEncoder).orElse(null) instanceof JsonLines;
  }

  /** Logs everything of ours, the warnings of the libraries too, and stack traces. */
  public static void verbose() {
    atLeast("io.confluent", Level.WARN);
    atLeast(PRODUCT, Level.DEBUG);
    atLeast(Logger.ROOT_LOGGER_NAME, Level.WARN);
    encodeBy(encoder());
  }

  private static void encodeBy(Encoder<ILoggingEvent> encoder) {
    standardError()
        .ifPresent(
            appender -> {
              appender.stop();
              appender.setEncoder(encoder);
              appender.start();
            });
  }

  private static Optional<ConsoleAppender<ILoggingEvent>> standardError() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR")
            instanceof ConsoleAppender<ILoggingEvent> appender
        ? Optional.of(appender)
        : Optional.empty();
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
