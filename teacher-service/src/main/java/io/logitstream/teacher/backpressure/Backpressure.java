package io.logitstream.teacher.backpressure;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.teacher.backpressure.GroupPositions.Standing;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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
  private final InstantSource clock;
  private final Map<String, Moved> moved = new HashMap<>();
  private final Set<String> stopped = new TreeSet<>();
  private @Nullable Instant lastCheck;
  private boolean holdsBack;

  public Backpressure(
      BackpressureSettings settings, GroupPositions positions, InstantSource clock) {
    this.settings = settings;
    this.positions = positions;
    this.clock = clock;
  }

  /** Whether to wait now; looks at the positions when the last look is old enough. */
  public boolean holdsBack() {
    Instant now = clock.instant();
    if (settings.groups().isEmpty()
        || lastCheck != null && now.isBefore(lastCheck.plus(settings.checkInterval()))) {
      return holdsBack;
    }
    lastCheck = now;
    try {
      decide(positions.read(settings.groups()), now);
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

  private void decide(Map<String, Standing> standings, Instant now) {
    boolean held = false;
    for (String group : settings.groups()) {
      Standing standing = standings.getOrDefault(group, new Standing(0, 0));
      held |= isBehindAndMoves(group, standing, now);
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

  private boolean isBehindAndMoves(String group, Standing standing, Instant now) {
    Moved last = moved.get(group);
    boolean behind = standing.lag() > settings.maxLag();
    // One that is not behind has no reason to move: its time begins when it falls behind.
    if (!behind || last == null || last.position() != standing.position()) {
      moved.put(group, new Moved(standing.position(), now));
      if (stopped.remove(group)) {
        LOGGER.info("group {} moves again", group);
      }
      return behind;
    }
    boolean stands = !now.isBefore(last.at().plus(settings.ignoreAfter()));
    if (stands && stopped.add(group)) {
      LOGGER.warn(
          "group {} is {} records behind and has not moved for {} s: it is ignored until it moves",
          group,
          standing.lag(),
          settings.ignoreAfter().toSeconds());
    }
    return !stands;
  }

  private record Moved(long position, Instant at) {}
}
