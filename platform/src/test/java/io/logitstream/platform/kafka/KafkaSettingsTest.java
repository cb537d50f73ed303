package io.logitstream.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
  private static final List<Setting<?>> KNOWN =
      Stream.concat(KafkaSettings.SETTINGS.stream(), TopicSettings.SETTINGS.stream()).toList();

  @Test
  void defaultsAreThoseOfTheEmbeddedBroker() {
    KafkaSettings settings = KafkaSettings.from(load(Map.of()));

    assertThat(settings)
        .isEqualTo(
            new KafkaSettings("localhost:9092", "http://localhost:8081", "", true, Map.of()));
    assertThat(TopicSettings.from(load(Map.of()))).isEqualTo(new TopicSettings("", 4, (short) 1));
  }

  @Test
  void everySettingIsRead() {
    Map<String, String> given =
        Map.of(
            "kafka.bootstrap.servers", "a:1,b:2",
            "registry.url", "https://r",
            "registry.basic-auth", "u:p",
            "registry.auto-register", "false",
            "registry.client.ssl.truststore.type", "PEM",
            "topics.prefix", "staging.",
            "topics.partitions", "12",
            "topics.replication-factor", "3",
            "kafka.security.protocol", "SSL");

    assertThat(KafkaSettings.from(load(given)))
        .isEqualTo(
            new KafkaSettings(
                "a:1,b:2",
                "https://r",
                "staging.",
                false,
                Map.of("security.protocol", "SSL"),
                Map.of(
                    "ssl.truststore.type", "PEM",
                    "basic.auth.credentials.source", "USER_INFO",
                    "basic.auth.user.info", "u:p")));
    assertThat(TopicSettings.from(load(given)))
        .isEqualTo(new TopicSettings("staging.", 12, (short) 3));
  }

  @Test
  void whatExactlyOnceRestsOnCannotBeSet() {
    assertThatThrownBy(
            () ->
                KafkaSettings.from(
                    load(
                        Map.of(
                            "kafka.acks", "1",
                            "kafka.consumer.isolation.level", "read_uncommitted",
                            "kafka.producer.linger.ms", "5"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("kafka.acks (from --set) is fixed")
        .hasMessageContaining("kafka.consumer.isolation.level (from --set) is fixed")
        .hasMessageNotContaining("linger");
  }

  @Test
  void whatServicesSetThemselvesIsRefusedWithTheSettingThatIsMeant() {
    assertThatThrownBy(
            () ->
                KafkaSettings.from(
                    load(
                        Map.of(
                            "kafka.producer.transaction.timeout.ms", "1000",
                            "kafka.consumer.bootstrap.servers", "elsewhere:1",
                            "kafka.main.consumer.isolation.level", "read_uncommitted",
                            "kafka.num.stream.threads", "4",
                            "kafka.consumer.max.poll.interval.ms", "60000",
                            "kafka.partition.assignment.strategy", "x"))))
        .isInstanceOfSatisfying(
            ConfigurationException.class, failure -> assertThat(failure.problems()).hasSize(6))
        .hasMessageContaining("set intake.transaction-timeout, teacher.transaction-timeout or")
        .hasMessageContaining("kafka.consumer.bootstrap.servers (from --set) would part")
        .hasMessageContaining("kafka.main.consumer.isolation.level (from --set) is fixed")
        .hasMessageContaining(
            "kafka.num.stream.threads (from --set) is the index's own: set index.threads")
        .hasMessageContaining("set teacher.max-poll-interval")
        .hasMessageContaining("kafka.partition.assignment.strategy (from --set) is fixed");
  }

  @Test
  void valuesThatPassThroughAreNotPrinted() {
    KafkaSettings settings =
        KafkaSettings.from(
            load(
                Map.of(
                    "kafka.sasl.jaas.config", "password=hunter2",
                    "registry.basic-auth", "user:hunter2")));

    assertThat(settings.toString()).contains("sasl.jaas.config").doesNotContain("hunter2");
  }

  @Test
  void anAddressOfTheRegistryWithoutItsProtocolIsRefused() {
    assertThatThrownBy(() -> KafkaSettings.from(load(Map.of("registry.url", "localhost:8081"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("registry.url is 'localhost:8081', expected http://HOST:PORT");
  }

  private static Configuration load(Map<String, String> given) {
    return Configuration.load(KNOWN, ConfigurationLayers.of(given));
  }
}
