package io.logitstream.model.jinja;

import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that a place of a template sees: its own, then those around it. Assignments stay. */
final class Scope {
  /** Far over what a conversation takes; a template that needs more has run away. */
  private static final long MAX_STEPS = 2_000_000;

  private static final int MAX_CALL_DEPTH = 64;

  private final Map<String, Value> names = new HashMap<>();
  private final @Nullable Scope outer;
  private final Course course;

  private Scope(@Nullable Scope outer, Course course) {
    this.outer = outer;
    this.course = course;
  }

  /** What all scopes of one rendering share. */
  private static final class Course {
    private long steps;
    private int callDepth;
  }

  /**
   * The outermost scope of a rendering.
   *
   * @param now what {@code strftime_now} tells
   */
  static Scope outermost(Map<String, Value> names, ZonedDateTime now) {
    Scope scope = new Scope(null, new Course());
    scope.names.putAll(Globals.FUNCTIONS);
    scope.names.put("strftime_now", Globals.strftime(now));
    scope.names.putAll(names);
    return scope;
  }

  Scope inner() {
    return new Scope(this, course);
  }

  Value get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Value value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return new Value.Undefined(name);
  }

  void set(String name, Value value) {
    names.put(name, value);
  }

  /** Counts one step, so that no template goes on for ever. */
  void step(int line) {
    if (++course.steps > MAX_STEPS) {
      throw JinjaException.at(
          line, new JinjaException("over %d steps, expected less".formatted(MAX_STEPS)));
    }
  }

  void enterCall() {
    if (++course.callDepth > MAX_CALL_DEPTH) {
      throw new JinjaException("calls nested more than %d deep".formatted(MAX_CALL_DEPTH));
    }
  }

  void leaveCall() {
    course.callDepth--;
  }
}
