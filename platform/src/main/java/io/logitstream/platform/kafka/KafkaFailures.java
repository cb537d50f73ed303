package io.logitstream.platform.kafka;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.tls.TlsFailure;
import io.logitstream.platform.tls.TlsServer;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What Kafka's exceptions mean. */
public final class KafkaFailures {
  private KafkaFailures() {}

  /**
   * The kind of a failure: its own if it has one, else that of the first Kafka exception in its
   * chain of causes, else FATAL.
   *
   * <p>An InvalidProducerEpochException is FATAL here: it stands for a timeout or for a takeover,
   * and only {@code abortTransaction} tells which. A broker whose name does not resolve is
   * RETRYABLE: it may be away.
   */
  public static FailureKind kindOf(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof LogitstreamException known) {
        return known.kind();
      }
      if (UnresolvedBrokers.isOne(cause)) {
        return FailureKind.RETRYABLE;
      }
      if (cause instanceof ProducerFencedException || cause instanceof FencedInstanceIdException) {
        return FailureKind.FENCED;
      }
      if (cause instanceof AuthenticationException
          || cause instanceof AuthorizationException
          || cause instanceof UnsupportedVersionException
          || cause instanceof ConfigException) {
        return FailureKind.CONFIGURATION;
      }
      if (cause instanceof RetriableException || cause instanceof InterruptException) {
        return FailureKind.RETRYABLE;
      }
      if (cause instanceof LoginException login) {
        return LoginFailure.of(login).kind();
      }
    }
    return FailureKind.FATAL;
  }

  /** What to do about a failure that a person must mend, as the end of a sentence; may be empty. */
  public static String advice(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof AuthorizationException) {
        return "; 'logitstream acls' prints the rights that each service and command needs";
      }
      if (cause instanceof LoginException login) {
        return "; could not log in (%s): look at kafka.sasl.…"
            .formatted(LoginFailure.of(login).reason());
      }
      if (cause instanceof SslAuthenticationException refusal) {
        return tlsAdvice(refusal);
      }
      if (cause instanceof AuthenticationException) {
        return "; the broker refuses who asks: look at kafka.security.protocol, kafka.sasl.… and the"
            + " password";
      }
    }
    return "";
  }

  private static String tlsAdvice(SslAuthenticationException refusal) {
    return TlsFailure.find(refusal, TlsServer.BROKER)
        .map(found -> "; TLS failed (%s): %s".formatted(found.reason(), found.advice()))
        .orElse("; TLS failed: look at kafka.security.protocol and kafka.ssl.…");
  }
}
