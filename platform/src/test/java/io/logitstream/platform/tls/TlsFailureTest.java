package io.logitstream.platform.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.security.InvalidAlgorithmParameterException;
import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class TlsFailureTest {
  @Test
  void aCertificateThatHasExpiredIsToBeRenewed() {
    says(new CertificateExpiredException("NotAfter: yesterday"), "certificate has expired");
  }

  @Test
  void aCertificateThatIsNotValidYetIsAMatterOfTheClock() {
    says(new CertificateNotYetValidException("NotBefore: tomorrow"), "this machine's clock");
  }

  @Test
  void aCertificateOfAnotherHostIsAMatterOfTheAddress() {
    says(
        new CertificateException("No subject alternative DNS name matching b found."),
        "for another host: use an address that is in it (registry.url)");
    says(new CertificateException("No name matching b found"), "registry.url");
  }

  @Test
  void aCertificateOfAStrangerIsAMatterOfTrust() {
    says(
        new CertPathBuilderException("unable to find valid certification path"),
        "registry.client.schema.registry.ssl.truststore.…");
    CertPathValidatorException validation =
        new CertPathValidatorException(
            "signature check failed", new SignatureException("Signature does not match."));

    assertThat(TlsFailure.find(validation, TlsServer.BROKER))
        .map(TlsFailure::advice)
        .hasValueSatisfying(advice -> assertThat(advice).contains("kafka.ssl.truststore.…"));
  }

  @Test
  void aTrustStoreOfKeysAloneIsNamed() {
    says(
        new InvalidAlgorithmParameterException("the trustAnchors parameter must be non-empty"),
        "registry.client.schema.registry.ssl.truststore.location holds no certificate to trust");
  }

  @Test
  void aRefusedCertificateIsAMatterOfTheKeyStore() {
    says(
        new SSLHandshakeException("Received fatal alert: certificate_unknown"),
        "registry.client.schema.registry.ssl.keystore.…");
  }

  @Test
  void versionsThatDoNotMeetAreAMatterOfProtocols() {
    says(new SSLHandshakeException("Received fatal alert: protocol_version"), "enabled.protocols");
  }

  @Test
  void aServerWithoutTlsIsAMatterOfTheAddress() {
    says(new SSLException("Unsupported or unrecognized SSL message"), "no TLS is spoken there");
  }

  @Test
  void aConnectionThatBrokeIsNoFailureOfTls() {
    SSLHandshakeException broken = new SSLHandshakeException("Remote host terminated");
    broken.initCause(new EOFException());

    assertThat(TlsFailure.find(broken, TlsServer.REGISTRY)).isEmpty();
    SSLHandshakeException passing =
        new SSLHandshakeException("Received fatal alert: internal_error");
    assertThat(TlsFailure.find(passing, TlsServer.REGISTRY)).isEmpty();
    assertThat(TlsFailure.find(new ConnectException("refused"), TlsServer.REGISTRY)).isEmpty();
  }

  private static void says(Exception bottom, String advice) {
    assertThat(TlsFailure.find(new IOException("wrapped", bottom), TlsServer.REGISTRY))
        .hasValueSatisfying(
            found -> {
              assertThat(found.reason()).isEqualTo(bottom.toString());
              assertThat(found.advice()).contains(advice);
            });
  }
}
