package io.logitstream.console.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A value over time. Keeps a bounded number of points: when there are too many, every second one
 * goes. The first and the newest always stay.
 */
final class Curve {
  private static final int POINTS_MAX = 8192;

  private final List<Point> points = new ArrayList<>();

  /**
   * A point.
   *
   * @param seconds time since the pipeline's start
   */
  record Point(double seconds, double value) {}

  Curve() {}

  Curve(Curve other) {
    points.addAll(other.points);
  }

  void add(double seconds, double value) {
    if (points.size() == POINTS_MAX) {
      for (int i = points.size() - 2; i > 0; i -= 2) {
        points.remove(i);
      }
    }
    points.add(new Point(seconds, value));
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  OptionalDouble first() {
    return points.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(points.get(0).value());
  }

  OptionalDouble last() {
    return points.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(points.get(points.size() - 1).value());
  }

  /** The newest value that was there at a time. */
  OptionalDouble at(double seconds) {
    OptionalDouble value = OptionalDouble.empty();
    for (Point point : points) {
      if (point.seconds() > seconds) {
        return value;
      }
      value = OptionalDouble.of(point.value());
    }
    return value;
  }

  /** The curve with each value the mean of itself and up to {@code window - 1} before it. */
  Curve smoothed(int window) {
    Curve smoothed = new Curve();
    double sum = 0;
    for (int i = 0; i < points.size(); i++) {
      sum += points.get(i).value();
      if (i >= window) {
        sum -= points.get(i - window).value();
      }
      smoothed.add(points.get(i).seconds(), sum / Math.min(i + 1, window));
    }
    return smoothed;
  }
}
