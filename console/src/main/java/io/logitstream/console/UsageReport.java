package io.logitstream.console;

import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what is wrong with an invocation, in a line or two instead of the whole help. */
final class UsageReport implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println("logitstream: " + failure.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println(
          "'%s --help' shows what there is."
              .formatted(commandLine.getCommandSpec().qualifiedName()));
    }
    err.flush();
    return ExitStatus.USAGE.code();
  }
}
