package io.logitstream.platform.tls;

import io.logitstream.platform.Causes;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no connection by TLS, where a person must mend it. The JDK says what was wrong with
 * a certificate at the bottom of a chain of causes, and nobody says which setting it is about.
 *
 * @param reason what was found
 * @param advice what to do
 */
public record TlsFailure(String reason, String advice) {
  private static final String ALERT = "Received fatal alert: ";

  /**
   * Looks for one at the bottom of a failure's causes. A connection that broke while it was being
   * made is none: that mends itself.
   */
  public static Optional<TlsFailure> find(Throwable failure, TlsServer server) {
    Throwable bottom = Causes.root(failure);
    String message = String.valueOf(bottom.getMessage());
    @Nullable String advice = null;
    if (bottom instanceof CertificateExpiredException) {
      advice = "the %s's certificate has expired: renew it".formatted(server.name());
    } else if (bottom instanceof CertificateNotYetValidException) {
      advice =
          "the %s's certificate is not valid yet: look at this machine's clock"
              .formatted(server.name());
    } else if (Causes.of(failure).stream().anyMatch(TlsFailure::isAboutTrust)) {
      advice =
          "the %s's certificate is not signed by anybody whom %s.truststore.… names: add who signed it there"
              .formatted(server.name(), server.settings());
    } else if (bottom instanceof InvalidAlgorithmParameterException
        && message.contains("trustAnchors")) {
      advice = "%s.truststore.location holds no certificate to trust".formatted(server.settings());
    } else if (bottom instanceof CertificateException && isAboutNames(message)) {
      advice =
          "the %s's certificate is for another host: use an address that is in it (%s%s)"
              .formatted(
                  server.name(),
                  server.addressSetting(),
                  server == TlsServer.BROKER ? ", and the brokers' advertised.listeners" : "");
    } else if (bottom instanceof SSLException && message.startsWith(ALERT)) {
      advice = ofAlert(message.substring(ALERT.length()), server);
    } else if (bottom instanceof SSLException && message.contains("unrecognized SSL message")) {
      advice =
          "no TLS is spoken there: look at %s, and whether it is to be TLS"
              .formatted(server.addressSetting());
    }
    return Optional.ofNullable(advice).map(found -> new TlsFailure(bottom.toString(), found));
  }

  private static boolean isAboutNames(String message) {
    return message.startsWith("No subject alternative") || message.startsWith("No name matching");
  }

  /** Alerts by their names in RFC 8446, section 6.2; others tell of a passing failure. */
  private static @Nullable String ofAlert(String alert, TlsServer server) {
    return switch (alert) {
      case "bad_certificate",
          "certificate_expired",
          "certificate_required",
          "certificate_revoked",
          "certificate_unknown",
          "unknown_ca",
          "unsupported_certificate" ->
          "the %s refuses this client's certificate, or wants one: look at %s.keystore.…, at the certificate's dates, and at whom the %s trusts"
              .formatted(server.name(), server.settings(), server.name());
      case "handshake_failure",
          "inappropriate_fallback",
          "insufficient_security",
          "missing_extension",
          "protocol_version",
          "unrecognized_name",
          "unsupported_extension" ->
          "the %s refuses the connection: look at %s.enabled.protocols and %s.cipher.suites"
              .formatted(server.name(), server.settings(), server.settings());
      default -> null;
    };
  }

  /** Under one of them lies what is wrong with a signature, where the signer's name is known. */
  private static boolean isAboutTrust(Throwable cause) {
    return cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException;
  }
}
