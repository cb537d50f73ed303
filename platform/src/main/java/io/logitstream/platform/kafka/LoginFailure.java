package io.logitstream.platform.kafka;

import io.logitstream.platform.FailureKind;
import java.util.List;
import javax.security.auth.login.LoginException;

/**
 * Why a client could not log in, such as to a server of OAuth tokens. The JDK does not chain the
 * cause: it writes its whole stack trace into the message.
 *
 * @param reason what was wrong at the bottom of it
 */
record LoginFailure(String reason) {
  private static final String CAUSE = "Caused by: ";

  /** A server that did not answer, as opposed to one that refused who asked. */
  private static final List<String> UNREACHABLE =
      List.of(
          "java.net.ConnectException",
          "java.net.NoRouteToHostException",
          "java.net.SocketException",
          "java.net.SocketTimeoutException",
          "java.net.UnknownHostException");

  static LoginFailure of(LoginException failure) {
    String message = String.valueOf(failure.getMessage());
    List<String> lines = message.lines().toList();
    String reason =
        lines.stream()
            .filter(line -> line.startsWith(CAUSE))
            .reduce((first, second) -> second)
            .map(line -> line.substring(CAUSE.length()))
            .orElse(lines.isEmpty() ? message : lines.get(0));
    return new LoginFailure(reason);
  }

  FailureKind kind() {
    return UNREACHABLE.stream().anyMatch(reason::startsWith)
        ? FailureKind.RETRYABLE
        : FailureKind.CONFIGURATION;
  }
}
