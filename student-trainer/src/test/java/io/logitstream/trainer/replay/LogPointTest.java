package io.logitstream.trainer.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.ConfigurationException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogPointTest {
  @Test
  void checkpointsTimesOffsetsAndWordsArePointsOfTheLog() {
    assertThat(parse("student/12")).isEqualTo(new LogPoint.Checkpoint("student/12"));
    assertThat(parse("student/latest")).isEqualTo(new LogPoint.Checkpoint("student/latest"));
    assertThat(parse("2026-11-25T18:00:00Z"))
        .isEqualTo(new LogPoint.Time(Instant.parse("2026-11-25T18:00:00Z")));
    assertThat(parse("0@1200,2@7")).isEqualTo(new LogPoint.At(Map.of(0, 1200L, 2, 7L)));
    assertThat(parse("earliest")).isEqualTo(new LogPoint.Earliest());
    assertThat(parse("now")).isEqualTo(new LogPoint.Now());
    assertThat(parse("live")).isEqualTo(new LogPoint.Live());
  }

  @Test
  void othersAreRefusedWithWhatWasExpected() {
    for (String text : new String[] {"yesterday", "student/", "2026-11-25", ""}) {
      assertThatThrownBy(() -> parse(text))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("--from is '%s', expected RUN/SEQUENCE", text);
    }
    assertThatThrownBy(() -> parse("0@x"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected PARTITION@OFFSET");
    assertThatThrownBy(() -> parse("0@1,0@2"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("partition 0 twice");
  }

  @Test
  void offsetsAreWrittenAsTheyAreRead() {
    Map<Integer, Long> offsets = Map.of(2, 7L, 0, 1200L);

    assertThat(Offsets.text(offsets)).isEqualTo("0@1200,2@7");
    assertThat(Offsets.parse("x", List.of("0@1200", "2@7"))).isEqualTo(offsets);
  }

  private static LogPoint parse(String text) {
    return LogPoint.parse("--from", text);
  }
}
