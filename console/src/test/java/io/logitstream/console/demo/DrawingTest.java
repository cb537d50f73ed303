package io.logitstream.console.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawingTest {
  @TempDir Path folder;

  @Test
  void thePlotIsAnImageOfTwoCharts() throws Exception {
    Path file = folder.resolve("curves.png");

    CurvesPlot.write(Observed.run(300).snapshot(300 * Observed.SECOND), file);

    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(1280);
    assertThat(image.getHeight()).isEqualTo(420);
  }

  @Test
  void thePanelShowsTheRunWithinTheTerminalsWidth() {
    Panel panel = new Panel(new DemoHeading("teacher 5.8M", "student 1.1M", 300));
    Snapshot snapshot = Observed.run(120).snapshot(120 * Observed.SECOND);
    WritingSample sample = new WritingSample("int\n\n  main", "() {\n}", "x".repeat(500), 100);

    List<String> lines = panel.lines(snapshot, Optional.of(sample), 79);

    assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(79));
    assertThat(String.join("\n", lines))
        .contains("2:00 / 5:00", "step 120", "java", "scala", "int main", "() { }");
  }

  @Test
  void thePanelKeepsItsHeightFromStartToEnd() {
    Panel panel = new Panel(new DemoHeading("teacher", "student", Double.POSITIVE_INFINITY));
    Observations observations = new Observations(Observed.RUN, 0);

    List<String> empty = panel.lines(observations.snapshot(1), Optional.empty(), 100);

    assertThat(String.join("\n", empty)).contains("waiting", "not evaluated yet");
  }

  @Test
  void aSparklineReachesFromLowestToHighest() {
    Curve curve = new Curve();
    for (int i = 0; i <= 100; i++) {
      curve.add(i, i);
    }

    assertThat(Sparkline.of(curve, 8)).isEqualTo("▁▂▃▄▅▆▇█");
    assertThat(Sparkline.of(new Curve(), 8)).isEmpty();
  }

  @Test
  void aCurveStaysBoundedAndKeepsItsEnds() {
    Curve curve = new Curve();
    for (int i = 0; i < 100_000; i++) {
      curve.add(i, i);
    }

    assertThat(curve.points()).hasSizeLessThan(5000);
    assertThat(curve.first()).hasValue(0);
    assertThat(curve.last()).hasValue(99_999);
    assertThat(curve.at(50_000).orElseThrow()).isBetween(49_950.0, 50_000.0);
  }
}
