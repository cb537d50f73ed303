package io.logitstream.console;

import io.logitstream.checkpoints.DamagedCheckpointException;
import io.logitstream.checkpoints.ExpiredCheckpointException;
import io.logitstream.console.commands.ConfigurationPrinted;
import io.logitstream.console.commands.LogitstreamCommand;
import io.logitstream.console.logging.Logging;
import io.logitstream.embedded.EmbeddedStartException;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.platform.DiskSpace;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Tells of a failure in one line, of the log where that is JSON; the stack trace only with {@code
 * --verbose}.
 */
final class FailureReport implements IExecutionExceptionHandler {
  private static final Logger LOGGER = LoggerFactory.getLogger("io.logitstream.console");

  private final LogitstreamCommand root;

  FailureReport(LogitstreamCommand root) {
    this.root = root;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parseResult) {
    if (failure instanceof ConfigurationPrinted) {
      return ExitStatus.OK.code();
    }
    ExitStatus status = status(failure);
    List<String> told = told(failure, status);
    if (Logging.isJson()) {
      LOGGER.error("{}", String.join(" ", told), root.isVerbose() ? failure : null);
      return status.code();
    }
    PrintWriter err = commandLine.getErr();
    err.print("logitstream: ");
    told.forEach(err::println);
    if (root.isVerbose()) {
      failure.printStackTrace(err);
    }
    err.flush();
    return status.code();
  }

  private List<String> told(Exception failure, ExitStatus status) {
    List<String> told = new ArrayList<>();
    told.add(message(failure) + KafkaFailures.advice(failure));
    if (status == ExitStatus.UNREACHABLE) {
      root.kafka().ifPresent(kafka -> told.add(kafka.lookedFor() + "."));
    }
    if (failure instanceof DamagedCheckpointException) {
      told.add(
          "'logitstream checkpoints list' names the run's other checkpoints; its trainer goes back to"
              + " the newest whole one by itself.");
    }
    return told;
  }

  static String message(Throwable failure) {
    if (failure instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      return message(unchecked.getCause());
    }
    String message = failure.getMessage();
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder: " + message;
    }
    if (failure instanceof AccessDeniedException) {
      return "no permission to read or write: " + message;
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "exists already: " + message;
    }
    if (failure instanceof IOException && message != null && DiskSpace.isMissing(failure)) {
      return message + ": make room where the command writes, and run it again";
    }
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName() + " (--verbose shows where)"
        : message;
  }

  private static ExitStatus status(Exception failure) {
    if (failure instanceof NoSuchFileException) {
      return ExitStatus.USAGE;
    }
    if (failure instanceof EmbeddedStartException
        || failure instanceof UncheckedIOException
        || failure instanceof IOException) {
      return ExitStatus.FAILURE;
    }
    if (failure instanceof UnsupportedModelException
        || failure instanceof IllegalArgumentException) {
      return ExitStatus.USAGE;
    }
    if (failure instanceof ExpiredCheckpointException) {
      return ExitStatus.EXPIRED;
    }
    FailureKind kind = KafkaFailures.kindOf(failure);
    return ExitStatus.of(kind);
  }
}
