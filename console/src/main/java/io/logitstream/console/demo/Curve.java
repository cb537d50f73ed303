package io.logitstream.console.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A value over time. Keeps a bounded number of points, evenly picked; the first and the newest are
 * always there.
 */
final class Curve {
  private static final int POINTS_MAX = 4096;

  private final List<Point> picked = new ArrayList<>();
  private long added;
  private long stride = 1;
  private @Nullable Point newest;

  /**
   * A point.
   *
   * @param seconds time since the pipeline's start
   */
  record Point(double seconds, double value) {}

  Curve() {}

  Curve(List<Point> points) {
    points.forEach(point -> add(point.seconds(), point.value()));
  }

  Curve(Curve other) {
    picked.addAll(other.picked);
    added = other.added;
    stride = other.stride;
    newest = other.newest;
  }

  void add(double seconds, double value) {
    newest = new Point(seconds, value);
    if (added++ % stride != 0) {
      return;
    }
    picked.add(newest);
    if (picked.size() > POINTS_MAX) {
      List<Point> every = List.copyOf(picked);
      picked.clear();
      for (int i = 0; i < every.size(); i += 2) {
        picked.add(every.get(i));
      }
      stride *= 2;
    }
  }

  List<Point> points() {
    List<Point> points = new ArrayList<>(picked);
    if (newest != null && !newest.equals(points.get(points.size() - 1))) {
      points.add(newest);
    }
    return List.copyOf(points);
  }

  OptionalDouble first() {
    return picked.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(picked.get(0).value());
  }

  OptionalDouble last() {
    return newest == null ? OptionalDouble.empty() : OptionalDouble.of(newest.value());
  }

  /** The newest value that was there at a time. */
  OptionalDouble at(double seconds) {
    OptionalDouble value = OptionalDouble.empty();
    for (Point point : points()) {
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
    List<Point> points = points();
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
