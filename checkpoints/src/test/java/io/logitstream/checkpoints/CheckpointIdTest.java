package io.logitstream.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointIdTest {
  @Test
  void anIdIsReadAsItIsWritten() {
    assertThat(CheckpointId.parse("student/12")).isEqualTo(new CheckpointId("student", 12));
    assertThat(new CheckpointId("student", 0)).hasToString("student/0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "student", "student/", "/1", "student/-1", "student/x", "a/b/1"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> CheckpointId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RUN/SEQUENCE");
  }
}
