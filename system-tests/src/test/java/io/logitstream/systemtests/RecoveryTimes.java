package io.logitstream.systemtests;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.TrainingStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How long after a strike the run took its next step, and committed its next checkpoint: a trainer
 * goes on with records that it has fetched while the broker is away, but commits nothing.
 */
final class RecoveryTimes {
  private final TreeSet<Instant> steps = new TreeSet<>();
  private final TreeSet<Instant> checkpoints = new TreeSet<>();

  /**
   * @param steps the telemetry of the run; its clock is this machine's
   * @param checkpoints those of the run
   */
  RecoveryTimes(List<TrainingStep> steps, List<CheckpointManifest> checkpoints) {
    steps.forEach(step -> this.steps.add(step.getEndedAt()));
    checkpoints.forEach(checkpoint -> this.checkpoints.add(checkpoint.getCreatedAt()));
  }

  /** A line for the trainer's SIGKILLs and two for the broker's restarts. */
  List<String> lines(List<Chaos.Strike> strikes) {
    List<Instant> trainerKilled =
        times(
            strikes,
            strike -> strike.service().equals("trainer") && strike.signal() == Chaos.Signal.KILL,
            Chaos.Strike::at);
    List<Instant> brokerBack =
        times(
            strikes,
            strike -> strike.service().equals("broker") && strike.signal() != Chaos.Signal.STOP,
            Chaos.Strike::backAt);
    return List.of(
        line("trainer's SIGKILL to the next step", trainerKilled, steps),
        line("broker back to the next step", brokerBack, steps),
        line("broker back to the next checkpoint", brokerBack, checkpoints));
  }

  private static List<Instant> times(
      List<Chaos.Strike> strikes,
      Predicate<Chaos.Strike> which,
      Function<Chaos.Strike, Instant> time) {
    return strikes.stream().filter(which).map(time).toList();
  }

  private static String line(String what, List<Instant> from, TreeSet<Instant> events) {
    List<Double> seconds =
        from.stream()
            .filter(instant -> events.higher(instant) != null)
            .map(instant -> Duration.between(instant, events.higher(instant)).toMillis() / 1000.0)
            .sorted()
            .toList();
    if (seconds.isEmpty()) {
      return what + ": not in this run";
    }
    return String.format(
        Locale.ROOT,
        "%s: median %.1f s, longest %.1f s (of %d)",
        what,
        seconds.get(seconds.size() / 2),
        seconds.get(seconds.size() - 1),
        seconds.size());
  }
}
