package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfTest {
  @Test
  void everyFiniteHalfSurvivesTheWayThroughFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      if ((bits & 0x7c00) != 0x7c00) {
        assertThat(Half.fromFloat(Half.toFloat((short) bits))).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void everyMiddleOfTwoHalvesRoundsToTheEvenOne() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      float middle = (Half.toFloat((short) bits) + Half.toFloat((short) (bits + 1))) / 2;
      assertThat(Half.fromFloat(middle)).isEqualTo((short) (bits + (bits & 1)));
      assertThat(Half.fromFloat(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(Half.fromFloat(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3c00",
    "-2, c000",
    "65504, 7bff",
    "65519.996, 7bff",
    "65520, 7c00",
    "-65504, fbff",
    "5.9604645E-8, 0001",
    "2.9802322E-8, 0000",
    "-0.0, 8000",
    "NaN, 7e00",
    "-Infinity, fc00"
  })
  void knownNumbersAreSpelledAsTheStandardSays(float value, String bits) {
    assertThat(String.format("%04x", Half.fromFloat(value))).isEqualTo(bits);
  }
}
