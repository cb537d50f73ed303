package io.logitstream.console.bench.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class XzSizeTest {
  /** Of its 11,358 bytes liblzma 5.4 makes 3,892 with {@code xz -9e}, xz for Java 3,880. */
  @Test
  void aTextIsAsSmallAsXzMakesIt() throws Exception {
    Path licence = Path.of(System.getProperty("logitstream.root", ".."), "LICENSE");

    assertThat((double) XzSize.of(Files.readAllBytes(licence))).isCloseTo(3892, within(20.0));
  }

  @Test
  void whatRepeatsFarBackIsFoundAgain() {
    byte[] once = "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
    byte[] thousandTimes = new byte[once.length * 1000];
    for (int at = 0; at < thousandTimes.length; at++) {
      thousandTimes[at] = once[at % once.length];
    }

    assertThat(XzSize.of(thousandTimes)).isLessThan(XzSize.of(once) + 100);
  }
}
