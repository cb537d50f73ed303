package io.logitstream.platform.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class RegistryFailuresTest {
  @Test
  void aCertificateThatIsRefusedCondemnsNoRecord() {
    SSLHandshakeException refused = new SSLHandshakeException("validity check failed");
    refused.initCause(new CertificateExpiredException("NotAfter: yesterday"));

    assertThat(RegistryFailures.isUnreachable(new RuntimeException(refused))).isTrue();
    LogitstreamException failure =
        RegistryFailures.lookup("look up schema 1", "https://r", new RuntimeException(refused));
    assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION);
    assertThat(failure)
        .hasMessage(
            "could not look up schema 1: no TLS with the schema registry at https://r"
                + " (java.security.cert.CertificateExpiredException: NotAfter: yesterday): the"
                + " registry's certificate has expired: renew it");
  }

  @Test
  void bytesThatEndTooEarlyAreNoFailureOfTheNetwork() {
    assertThat(RegistryFailures.isUnreachable(new RuntimeException(new EOFException()))).isFalse();
    assertThat(RegistryFailures.isUnreachable(new RuntimeException(new ConnectException())))
        .isTrue();
  }

  @Test
  void aHandshakeThatBreaksIsOneOfTheNetworkAndMendsItself() {
    SSLHandshakeException broken =
        new SSLHandshakeException("Remote host terminated the handshake");
    broken.initCause(new EOFException("SSL peer shut down incorrectly"));

    assertThat(RegistryFailures.isUnreachable(new RuntimeException(broken))).isTrue();
    assertThat(RegistryFailures.lookup("look", "https://r", new RuntimeException(broken)).kind())
        .isEqualTo(FailureKind.RETRYABLE);
  }

  @Test
  void aServerThatHangsUpOnAPlainAddressMaySpeakTls() {
    SocketException hungUp = new SocketException("Unexpected end of file from server");

    assertThat(RegistryFailures.lookup("look", "http://r", hungUp))
        .hasMessageEndingWith("; does it speak TLS (https:)?");
    assertThat(RegistryFailures.lookup("look", "https://r", hungUp))
        .hasMessageEndingWith("Unexpected end of file from server");
  }
}
