package io.logitstream.console.demo;

import java.util.List;

/** A curve as a few characters. */
final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /**
   * The newest points of a curve, evenly picked, from the lowest to the highest of them.
   *
   * @param width the most characters
   */
  static String of(Curve curve, int width) {
    List<Curve.Point> points = curve.points();
    if (points.isEmpty()) {
      return "";
    }
    int count = Math.min(width, points.size());
    double low = points.stream().mapToDouble(Curve.Point::value).min().orElseThrow();
    double high = points.stream().mapToDouble(Curve.Point::value).max().orElseThrow();
    StringBuilder line = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      int index = count == 1 ? 0 : (int) ((long) i * (points.size() - 1) / (count - 1));
      double share = high > low ? (points.get(index).value() - low) / (high - low) : 0;
      line.append(BARS.charAt((int) Math.round(share * (BARS.length() - 1))));
    }
    return line.toString();
  }
}
