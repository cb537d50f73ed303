package io.logitstream.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.lineage.topology.StreamsSettings;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class IndexSettingsTest {
  @Test
  void defaultsServeOneInstanceOnLoopback() {
    Configuration configuration = load(Map.of());

    assertThat(IndexSettings.from(configuration))
        .isEqualTo(
            new IndexSettings(
                "lineage-index",
                "127.0.0.1",
                8090,
                Path.of(".logitstream/index"),
                1,
                0,
                64L << 20,
                1));
    assertThat(IndexSettings.url(configuration)).isEqualTo("http://127.0.0.1:8090");
  }

  @Test
  void everySettingReachesItsPlace() {
    Map<String, String> values =
        Map.of(
            "index.group", "lineage",
            "index.host", "10.0.0.5",
            "index.port", "0",
            "index.data", "/data",
            "index.threads", "3",
            "index.standby-replicas", "1",
            "index.memory-mib", "100",
            "index.replication-factor", "3",
            "index.url", "http://10.0.0.5:1");

    assertThat(IndexSettings.from(load(values)))
        .isEqualTo(
            new IndexSettings("lineage", "10.0.0.5", 0, Path.of("/data"), 3, 1, 100L << 20, 3));
    assertThat(IndexSettings.url(load(values))).isEqualTo("http://10.0.0.5:1");
  }

  @Test
  void streamsReadExactlyOnceAndTakeTheClientsOwnSettings() {
    Configuration configuration =
        load(
            Map.of(
                "topics.prefix", "p.",
                "kafka.security.protocol", "SSL",
                "kafka.consumer.fetch.min.bytes", "7",
                "kafka.consumer.session.timeout.ms", "20000",
                "kafka.commit.interval.ms", "500"));

    Properties properties =
        StreamsSettings.of(
            IndexSettings.from(configuration), KafkaSettings.from(configuration), 8091);

    assertThat(properties)
        .containsEntry("application.id", "p.lineage-index")
        .containsEntry("application.server", "127.0.0.1:8091")
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("security.protocol", "SSL")
        .containsEntry("consumer.fetch.min.bytes", "7")
        .containsEntry("commit.interval.ms", "500")
        .containsEntry("consumer.session.timeout.ms", "20000")
        .doesNotContainKey("main.consumer.session.timeout.ms")
        .containsEntry("main.consumer.fetch.max.bytes", 32 << 20);
  }

  private static Configuration load(Map<String, String> values) {
    List<Setting<?>> settings = new ArrayList<>(IndexSettings.SETTINGS);
    settings.addAll(KafkaSettings.SETTINGS);
    return Configuration.load(
        settings, new ConfigurationLayers(Map.of(), Optional.empty(), Map.of(), values));
  }
}
