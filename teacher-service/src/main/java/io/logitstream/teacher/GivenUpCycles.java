package io.logitstream.teacher;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.RecordPlace;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.teacher.intake.Cycle;
import io.logitstream.teacher.intake.PreparedPrompt;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cycles whose prompts the group had given to others before they were committed. Once is the course
 * of things: members come and go. The same prompt again says that this teacher is too slow for its
 * group; that is told, tried again after pauses that grow, and ends it at last. One thread only.
 */
final class GivenUpCycles {
  static final String COMPONENT = "teacher-group";

  /** How often the same prompt is given up before that ends the teacher. */
  static final int MOST = 10;

  private static final Logger LOGGER = LoggerFactory.getLogger(GivenUpCycles.class);

  private final Health health;
  private final int batchTokens;
  private final Duration maxPollInterval;
  private final RetryPolicy pauses = RetryPolicy.patient();
  private final Map<RecordPlace, Integer> times = new HashMap<>();

  /**
   * @param batchTokens the setting, for who is to lower it
   * @param maxPollInterval the setting, for who is to raise it
   */
  GivenUpCycles(Health health, int batchTokens, Duration maxPollInterval) {
    this.health = health;
    this.batchTokens = batchTokens;
    this.maxPollInterval = maxPollInterval;
  }

  /**
   * One more was given up.
   *
   * @param nanos what was spent on it
   * @return how long to wait before the next, as a member of the group
   * @throws LogitstreamException CONFIGURATION if a prompt of it was given up too often
   */
  Duration add(Cycle cycle, long nanos, CommitFailedException failure, RandomGenerator random) {
    int most =
        cycle.prompts().stream()
            .mapToInt(prompt -> times.merge(place(prompt), 1, Integer::sum))
            .max()
            .orElse(1);
    if (most == 1) {
      LOGGER.info(
          "giving up {} prompts, which are scored by who has their partitions now: {}",
          cycle.prompts().size(),
          failure.getMessage());
      return Duration.ZERO;
    }
    String why = words(cycle, most, nanos, failure);
    if (most >= MOST) {
      throw new LogitstreamException(FailureKind.CONFIGURATION, why, failure);
    }
    Duration pause = pauses.pause(most - 1, random);
    LOGGER.warn("{}; trying again in {} ms", why, pause.toMillis());
    health.ready(COMPONENT, false, why);
    return pause;
  }

  /**
   * A cycle was committed.
   *
   * @param own the partitions that are still this teacher's: what others have is theirs
   */
  void committed(Cycle cycle, Set<Integer> own) {
    if (times.isEmpty()) {
      return;
    }
    times.keySet().removeIf(place -> !own.contains(place.partition()));
    cycle
        .nextOffsets()
        .forEach(
            (partition, next) ->
                times
                    .keySet()
                    .removeIf(
                        place ->
                            place.partition() == partition.partition()
                                && place.offset() < next.offset()));
    if (times.values().stream().allMatch(often -> often == 1)) {
      end();
    }
  }

  /** Nothing is waited for any more. */
  void end() {
    health.gone(COMPONENT);
  }

  private String words(Cycle cycle, int most, long nanos, CommitFailedException failure) {
    PreparedPrompt longest =
        Collections.max(cycle.prompts(), Comparator.comparingInt(GivenUpCycles::tokens));
    int tokens = cycle.prompts().stream().mapToInt(GivenUpCycles::tokens).sum();
    return ("%d prompts of %d tokens, the longest of them %s-%s with %d, were given up %d times,"
            + " the last time after %d ms (%s). A teacher that scores one batch for longer than"
            + " teacher.max-poll-interval (%d ms) is taken out of its group: lower"
            + " teacher.batch-tokens (%d), or raise the interval")
        .formatted(
            cycle.prompts().size(),
            tokens,
            longest.read().topic(),
            place(longest),
            tokens(longest),
            most,
            nanos / 1_000_000,
            failure.getMessage(),
            maxPollInterval.toMillis(),
            batchTokens);
  }

  private static RecordPlace place(PreparedPrompt prompt) {
    return new RecordPlace(prompt.read().partition(), prompt.read().offset());
  }

  private static int tokens(PreparedPrompt prompt) {
    return prompt instanceof PreparedPrompt.Scorable scorable ? scorable.positions() : 0;
  }
}
