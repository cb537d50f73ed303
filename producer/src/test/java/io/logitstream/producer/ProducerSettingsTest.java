package io.logitstream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.producer.source.Phase;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.producer.source.WhenChanged;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProducerSettingsTest {
  @Test
  void theDefaultsAreThoseThatTheDocumentationNames() {
    ProducerSettings settings = settings(Map.of());
    assertThat(settings.promptsPerSecond()).isZero();
    assertThat(settings.intake().transactionPrompts()).isEqualTo(64);
    assertThat(settings.intake().gatherTime()).isEqualTo(Duration.ofMillis(200));
    assertThat(settings.intake().transactionTimeout()).isEqualTo(Duration.ofSeconds(15));
    assertThat(settings.source().paths()).containsExactly(new SourcePath("text", Path.of("a.txt")));
    assertThat(settings.source().epochs()).isEqualTo(1);
    assertThat(settings.source().maxCharacters()).isEqualTo(4_000);
    assertThat(settings.source().heldOut().perMille()).isEqualTo(20);
    assertThat(settings.source().stripLicences()).isTrue();
    assertThat(settings.source().whenChanged()).isEqualTo(WhenChanged.REFUSE);
    assertThat(settings.source().extensions()).contains("java", "scala", "py", "txt");
    assertThat(settings.source().limits().compressionRatio()).isEqualTo(200);
  }

  @Test
  void domainsWeightsAndShiftAreRead() {
    ProducerSettings settings =
        settings(
            Map.of(
                "source.paths", "java=/x/a.jar, scala=/y, /z",
                "source.domain", "prose",
                "source.weights", "java:3",
                "source.shift", "java:100,scala+prose"));
    assertThat(settings.source().paths())
        .containsExactly(
            new SourcePath("java", Path.of("/x/a.jar")),
            new SourcePath("scala", Path.of("/y")),
            new SourcePath("prose", Path.of("/z")));
    assertThat(settings.source().weights()).containsOnly(Map.entry("java", 3));
    assertThat(settings.source().phases())
        .containsExactly(
            new Phase(List.of("java"), OptionalLong.of(100)),
            new Phase(List.of("scala", "prose"), OptionalLong.empty()));
  }

  @Test
  void valuesThatDoNotFitEachOtherAreRefusedByName() {
    assertRefused(Map.of("source.shift", "kotlin"), "kotlin");
    assertRefused(Map.of("source.shift", "text,text:5"), "text:PROMPTS");
    assertRefused(Map.of("source.shift", "text:many"), "text:many");
    assertRefused(Map.of("source.weights", "text"), "source.weights");
    assertRefused(Map.of("source.weights", "text:0"), "weight 0");
    assertRefused(Map.of("source.name", "a/b"), "a/b");
    assertRefused(Map.of("source.paths", ""), "source.paths");
    assertRefused(Map.of("intake.transaction-timeout", "20m"), "timeout");
    assertRefused(
        Map.of("source.paths", "a=x,b=y", "source.shift", "a:5,a"), "source.shift lacks some");
  }

  private static void assertRefused(Map<String, String> overrides, String message) {
    assertThatThrownBy(() -> settings(overrides))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private static ProducerSettings settings(Map<String, String> overrides) {
    Map<String, String> values = new HashMap<>();
    values.put("source.name", "traffic");
    values.put("source.paths", "a.txt");
    values.putAll(overrides);
    return ProducerSettings.from(
        Configuration.load(ProducerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }
}
