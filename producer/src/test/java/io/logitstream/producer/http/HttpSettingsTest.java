package io.logitstream.producer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpSettingsTest {
  @Test
  void anAnswerMayTakeAlmostAsLongAsTheServerWaitsForIt() {
    assertThat(read("intake.http.answer-within", "110s").answerWithin())
        .isEqualTo(Duration.ofSeconds(110));
    assertThatThrownBy(() -> read("intake.http.answer-within", "2m"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "intake.http.answer-within is 120000 ms, expected 1 to 110000: answers are cut off after"
                + " 120 s, and writing them takes time");
    assertThatThrownBy(() -> read("intake.http.answer-within", "0s"))
        .hasMessageContaining("is 0 ms, expected 1");
  }

  @Test
  void whatOthersReachNeedsATokenThatIsNotPrinted() {
    assertThatThrownBy(() -> read("intake.http.host", "0.0.0.0"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("intake.http.host is 0.0.0.0, which others reach")
        .hasMessageContaining("intake.http.token is empty");
    assertThat(read("intake.http.token", "secret").toString()).doesNotContain("secret");
  }

  private static HttpSettings read(String name, String value) {
    return HttpSettings.from(
        Configuration.load(HttpSettings.SETTINGS, ConfigurationLayers.of(Map.of(name, value))));
  }
}
