package io.logitstream.teacher.backpressure;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.teacher.backpressure.GroupPositions.Standing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when the teacher waits: while a named group is further behind than allowed, and moves. A
 * group that has stopped is reported and ignored, so that a student that nobody runs any more does
 * not stop the others.
 */
public final class Backpressure {
  private static final Logger LOGGER = LoggerFactory.getLogger(Backpressure.class);

  private final BackpressureSettings settings;
  private final GroupPositions positions;
  private final LongSupplier nanoTime;
  private final Map<String, Moved> moved = new HashMap<>();
  private final Set<String> stopped = new TreeSet<>();
  private boolean checked;
  private long checkedNanos;
  private boolean holdsBack;

  /**
   * @param nanoTime a clock that never goes back, in nanoseconds: after a time of day that was set
   *     back, nobody would look for as long
   */
  public Backpressure(
      BackpressureSettings settings, GroupPositions positions, LongSupplier nanoTime) {
    this.settings = settings;
    this.positions = positions;
    this.nanoTime = nanoTime;
  }

  /** Whether to wait now; looks at the positions when the last look is old enough. */
  public boolean holdsBack() {
    long nowNanos = nanoTime.getAsLong();
    if (settings.groups().isEmpty()
        || checked && nowNanos - checkedNanos < settings.checkInterval().toNanos()) {
      return holdsBack;
    }
    checked = true;
    checkedNanos = nowNanos;
    try {
      decide(positions.read(settings.groups()), nowNanos);
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      LOGGER.warn("backpressure stays as it is: {}", e.getMessage());
    }
    return holdsBack;
  }

  /** The groups that are ignored because they have stopped. */
  public List<String> stoppedGroups() {
    return List.copyOf(stopped);
  }

  private void decide(Map<String, Standing> standings, long nowNanos) {
    boolean held = false;
    for (String group : settings.groups()) {
      Standing standing = standings.getOrDefault(group, new Standing(0, 0));
      held |= isBehindAndMoves(group, standing, nowNanos);
    }
    if (held != holdsBack) {
      LOGGER.debug(
          "{}: lags are {}, allowed {}",
          held ? "waiting for readers" : "going on",
          standings,
          settings.maxLag());
    }
    holdsBack = held;
  }

  private boolean isBehindAndMoves(String group, Standing standing, long nowNanos) {
    Moved last = moved.get(group);
    boolean behind = standing.lag() > settings.maxLag();
    // One that is not behind has no reason to move: its time begins when it falls behind.
    if (!behind || last == null || last.position() != standing.position()) {
      moved.put(group, new Moved(standing.position(), nowNanos));
      if (stopped.remove(group)) {
        LOGGER.info("group {} moves again", group);
      }
      return behind;
    }
    boolean stands = nowNanos - last.atNanos() >= settings.ignoreAfter().toNanos();
    if (stands && stopped.add(group)) {
      LOGGER.warn(
          "group {} is {} records behind and has not moved for {} s: it is ignored until it moves",
          group,
          standing.lag(),
          settings.ignoreAfter().toSeconds());
    }
    return !stands;
  }

  private record Moved(long position, long atNanos) {}
}
