package io.logitstream.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnresolvedBrokersTest {
  /** Names under .invalid resolve nowhere (RFC 2606). */
  private static final String AWAY = "one.invalid:9092,two.invalid:9092";

  @ParameterizedTest
  @ValueSource(strings = {"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"})
  void brokersWhoseNamesDoNotResolveAreWaitedForWhateverClientIsMade(String lookup) {
    KafkaClients clients = clients(AWAY, Map.of("client.dns.lookup", lookup));
    List<ThrowingCallable> makings =
        List.of(
            clients::admin,
            () -> clients.consumer(Map.of()),
            () -> clients.producer(Map.of()),
            () -> clients.transactionalProducer("t", Duration.ofSeconds(10), Map.of()));
    for (ThrowingCallable making : makings) {
      assertRefused(making, FailureKind.RETRYABLE)
          .hasMessageContaining("no name in " + AWAY + " (kafka.bootstrap.servers) resolves");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:port", "localhost:99999"})
  void anAddressThatIsNoneIsAMatterOfConfiguration(String address) {
    assertRefused(clients(address, Map.of())::admin, FailureKind.CONFIGURATION)
        .hasMessageContaining("bootstrap.servers: " + address);
  }

  @Test
  void aWrongSettingIsNamedThoughNoNameResolves() {
    assertRefused(
            clients(AWAY, Map.of("security.protocol", "NONE"))::admin, FailureKind.CONFIGURATION)
        .hasMessageContaining("security.protocol");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      ThrowingCallable making, FailureKind kind) {
    return assertThatThrownBy(making)
        .isInstanceOfSatisfying(
            LogitstreamException.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
  }

  private static KafkaClients clients(String servers, Map<String, String> passThrough) {
    return new KafkaClients(
        new KafkaSettings(servers, "http://127.0.0.1:2", "", true, passThrough), "test");
  }
}
