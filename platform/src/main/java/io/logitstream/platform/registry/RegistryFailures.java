package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.tls.TlsFailure;
import io.logitstream.platform.tls.TlsServer;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What failures of the registry's client mean. */
final class RegistryFailures {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;
  private static final String CLOSED = "Unexpected end of file from server";

  private RegistryFailures() {}

  /** The registry's answer in a chain of causes, if it is there. */
  static @Nullable RestClientException answer(Throwable failure) {
    return Causes.first(failure, RestClientException.class).orElse(null);
  }

  /** Whether a failure is one of the network; of bytes that were found whole there is no other. */
  static boolean isUnreachable(Throwable failure) {
    return isOfNetwork(failure) || TlsFailure.find(failure, TlsServer.REGISTRY).isPresent();
  }

  /**
   * A broken handshake has an end of file below it; bytes that end too early have nothing above.
   */
  private static boolean isOfNetwork(Throwable failure) {
    return Causes.of(failure).stream()
        .anyMatch(cause -> cause instanceof IOException && !(cause instanceof EOFException));
  }

  /** A failure to look up the schema that a record was written with. */
  static LogitstreamException lookup(String what, String url, Throwable failure) {
    RestClientException answer = answer(failure);
    if (answer == null) {
      return unreachable(what, url, failure);
    }
    // An unknown id is retried: replicas of a registry, and one that was restored, learn it later.
    return new LogitstreamException(
        isDenied(answer) ? FailureKind.CONFIGURATION : FailureKind.RETRYABLE,
        "could not %s: the registry at %s answered %s%s"
            .formatted(what, url, answer.getMessage(), lookupAdvice(answer)),
        failure);
  }

  private static String lookupAdvice(RestClientException answer) {
    return answer.getStatus() == NOT_FOUND
        ? "; is it the registry of who wrote the record? One whose schema nobody will ever know is"
            + " skipped by name (teacher.skip, train.skip)"
        : deniedAdvice(answer);
  }

  /** A failure to register a schema, to set its compatibility, or to find it registered. */
  static LogitstreamException registration(String what, String url, Throwable failure) {
    RestClientException answer = answer(failure);
    if (answer == null) {
      return unreachable(what, url, failure);
    }
    boolean refused =
        answer.getStatus() == CONFLICT
            || answer.getStatus() == UNPROCESSABLE
            || answer.getStatus() == NOT_FOUND
            || isDenied(answer);
    return new LogitstreamException(
        refused ? FailureKind.CONFIGURATION : FailureKind.RETRYABLE,
        "could not %s: the registry at %s answered %s%s"
            .formatted(what, url, answer.getMessage(), advice(answer)),
        failure);
  }

  private static String advice(RestClientException answer) {
    return switch (answer.getStatus()) {
      case CONFLICT ->
          "; the schema of this build does not fit those registered before: another build wrote"
              + " there, or another application uses the subject (set topics.prefix)";
      case NOT_FOUND -> "; register the schemas with 'logitstream topics create'";
      default -> deniedAdvice(answer);
    };
  }

  private static String deniedAdvice(RestClientException answer) {
    return isDenied(answer)
        ? "; the registry refuses who asks: look at registry.basic-auth and registry.client.…"
        : "";
  }

  private static boolean isDenied(RestClientException answer) {
    return answer.getStatus() == 401 || answer.getStatus() == 403;
  }

  private static LogitstreamException unreachable(String what, String url, Throwable failure) {
    Optional<TlsFailure> tls = TlsFailure.find(failure, TlsServer.REGISTRY);
    if (tls.isPresent()) {
      return new LogitstreamException(
          FailureKind.CONFIGURATION,
          "could not %s: no TLS with the schema registry at %s (%s): %s"
              .formatted(what, url, tls.get().reason(), tls.get().advice()),
          failure);
    }
    return new LogitstreamException(
        FailureKind.RETRYABLE,
        "could not %s: the schema registry at %s (registry.url) did not answer: %s%s"
            .formatted(what, url, Causes.root(failure), plainAdvice(url, Causes.root(failure))),
        failure);
  }

  /** What a server of TLS does with a client that speaks none. */
  private static String plainAdvice(String url, Throwable root) {
    return url.startsWith("http:") && String.valueOf(root.getMessage()).contains(CLOSED)
        ? "; does it speak TLS (https:)?"
        : "";
  }
}
