package io.logitstream.trainer.gate;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Measures checkpoints against the last accepted one, on the pinned evaluation sets, by domain, the
 * windows in pairs. Domains that were trained on are judged; the others only where none of those is
 * measured, as they are forgotten when traffic shifts. What it says depends on the weights, the
 * sets and its settings alone. For one thread.
 */
public final class Gate {
  private final GateSettings settings;
  private Map<String, List<Double>> baseline;
  private String baselineId;
  private GateState state;

  /**
   * @param resumed the checkpoint that the run goes on from; empty for a new run
   * @param lastAccepted the last accepted one among its ancestors and itself
   */
  public Gate(
      GateSettings settings,
      Optional<CheckpointManifest> resumed,
      Optional<CheckpointManifest> lastAccepted) {
    this.settings = settings;
    this.state = resumed.map(GateState::of).orElse(GateState.INITIAL);
    this.baseline =
        lastAccepted.map(CheckpointManifest::getWindowForwardKl).orElse(new TreeMap<>());
    this.baselineId = lastAccepted.map(Gate::id).orElse("");
  }

  /** What is kept for the next checkpoint. */
  public GateState state() {
    return state;
  }

  /** Whether the checkpoint of a step is measured. */
  public boolean isDue(long step) {
    return settings.isDue(step);
  }

  /** Whether there is a gate. */
  public boolean isOn() {
    return settings.isOn();
  }

  /** Whether the run must go back to the last accepted checkpoint. */
  public boolean mustRollBack() {
    return settings.isOn() && state.rejected() >= settings.rejections();
  }

  /**
   * Checks that the run may go back once more.
   *
   * @throws LogitstreamException FATAL if it has gone back too often without a checkpoint that was
   *     accepted in between
   */
  public void checkRollbacks() {
    if (state.rollbacks() >= settings.maxRollbacks()) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          ("the run went back to %s %d times in a row, and each time what followed was rejected"
                  + " (gate.max-rollbacks): teacher, sources, rates or the gate's margins are at"
                  + " fault. 'logitstream checkpoints list' and 'checkpoints show' tell why each was"
                  + " rejected")
              .formatted(baselineId, state.rollbacks()));
    }
  }

  /** A step trained on these domains. */
  public void trained(Collection<String> domains) {
    if (!state.trainedDomains().containsAll(domains)) {
      SortedSet<String> all = new TreeSet<>(state.trainedDomains());
      all.addAll(domains);
      state = new GateState(state.rejected(), all, state.rollbacks());
    }
  }

  /**
   * Measures a checkpoint.
   *
   * @param id the checkpoint's
   * @param windowForwardKl forward KL of each pinned window by domain, in nats a token
   */
  public GateOutcome judge(String id, Map<String, List<Double>> windowForwardKl) {
    boolean isTrainingMeasured =
        windowForwardKl.keySet().stream()
            .anyMatch(domain -> isTrained(domain) && baseline.containsKey(domain));
    List<String> worse = new ArrayList<>();
    List<String> compared = new ArrayList<>();
    new TreeMap<>(windowForwardKl)
        .forEach(
            (domain, now) -> {
              if (!now.stream().allMatch(Double::isFinite)) {
                worse.add(domain + ": a window's forward KL is not finite");
                return;
              }
              List<Double> before = baseline.get(domain);
              if (before == null || before.size() != now.size()) {
                return;
              }
              PairedDifference difference = PairedDifference.of(before, now);
              double margin =
                  isTrained(domain) || !isTrainingMeasured
                      ? margin(difference, isTrained(domain))
                      : Double.POSITIVE_INFINITY;
              String words = words(domain, difference, margin, isTrained(domain));
              (difference.exceeds(margin) ? worse : compared).add(words);
            });
    if (!worse.isEmpty()) {
      state = new GateState(state.rejected() + 1, state.trainedDomains(), state.rollbacks());
      return GateOutcome.rejected(
          "worse than %s: %s"
              .formatted(
                  baselineId.isEmpty() ? "it may be" : baselineId, String.join("; ", worse)));
    }
    String against =
        compared.isEmpty()
            ? "nothing to compare with yet"
            : "against %s: %s".formatted(baselineId, String.join("; ", compared));
    accepted(id, windowForwardKl);
    return GateOutcome.accepted(against);
  }

  /** The run went back to an accepted checkpoint, whose weights another one now has. */
  public void rolledBack(String id, Map<String, List<Double>> windowForwardKl) {
    int rollbacks = state.rollbacks() + 1;
    accepted(id, windowForwardKl);
    state = new GateState(0, state.trainedDomains(), rollbacks);
  }

  private boolean isTrained(String domain) {
    return state.trainedDomains().contains(domain);
  }

  private double margin(PairedDifference difference, boolean trained) {
    double share = trained ? settings.margin() : settings.untrainedMargin();
    return Math.max(settings.floorNats(), difference.before() * share);
  }

  private void accepted(String id, Map<String, List<Double>> windowForwardKl) {
    baseline = windowForwardKl;
    baselineId = id;
    state = GateState.INITIAL;
  }

  private static String words(
      String domain, PairedDifference difference, double margin, boolean trained) {
    return String.format(
        Locale.ROOT,
        "%s KL %.4f %+.4f ± %.4f over %d windows, %s%s",
        domain,
        difference.before(),
        difference.mean(),
        difference.standardError(),
        difference.windows(),
        Double.isInfinite(margin)
            ? "not judged"
            : String.format(Locale.ROOT, "margin %.4f", margin),
        trained ? "" : " (not trained on)");
  }

  private static String id(CheckpointManifest manifest) {
    return manifest.getRun() + "/" + manifest.getSequence();
  }
}
