package io.logitstream.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.Map;
import javax.security.auth.login.LoginException;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class LoginFailureTest {
  @Test
  void aServerThatRefusesWhoAsksIsAMatterOfConfiguration() {
    LoginException failure =
        new LoginException(
            """
            org.apache.kafka.common.KafkaException: java.io.IOException: 401
            \tat org.apache.kafka.Some.method(Some.java:1)
            Caused by: java.io.IOException: The response code 401 was encountered
            \t... 31 more
            """);

    assertThat(LoginFailure.of(failure).reason())
        .isEqualTo("java.io.IOException: The response code 401 was encountered");
    assertThat(KafkaFailures.kindOf(new KafkaException("no client", failure)))
        .isEqualTo(FailureKind.CONFIGURATION);
    assertThat(KafkaFailures.advice(new KafkaException("no client", failure)))
        .isEqualTo(
            "; could not log in (java.io.IOException: The response code 401 was encountered): look at kafka.sasl.…");
  }

  @Test
  void aServerThatDoesNotAnswerIsWaitedFor() {
    LoginException failure =
        new LoginException(
            "org.apache.kafka.common.KafkaException: x\nCaused by: java.net.ConnectException: Connection refused\n\t... 3 more\n");

    assertThat(KafkaFailures.kindOf(new KafkaException("no client", failure)))
        .isEqualTo(FailureKind.RETRYABLE);
  }

  @Test
  void whyNoClientCanBeMadeIsSaid() {
    KafkaClients clients =
        new KafkaClients(
            new KafkaSettings(
                "127.0.0.1:1",
                "http://127.0.0.1:2",
                "",
                true,
                Map.of(
                    "security.protocol", "SASL_PLAINTEXT",
                    "sasl.mechanism", "PLAIN",
                    "sasl.jaas.config", "nonsense")),
            "test");

    assertThatThrownBy(clients::admin)
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageStartingWith("no Kafka admin client can be made of the settings kafka.…: ")
        .hasMessageContaining("JAAS");
  }

  @Test
  void aFailureWithoutATraceIsItsOwnReason() {
    assertThat(LoginFailure.of(new LoginException("no such module")).reason())
        .isEqualTo("no such module");
    assertThat(LoginFailure.of(new LoginException()).reason()).isEqualTo("null");
  }
}
