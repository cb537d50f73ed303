package io.logitstream.trainer.evaluation;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.EvaluationSet;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.EvaluationWindow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The evaluation sets of a run: those that its ledger names, found again, and those of further
 * domains, pinned when enough of their windows are there. Windows are offered on one thread, and
 * pinned at step boundaries on another.
 */
final class EvaluationSets {
  private final int windows;
  private final int maxDomains;
  private final Lock offers;
  private final Condition offered;
  private final Map<String, Restoration> restorations = new TreeMap<>();
  private final Map<String, List<EvaluationWindowRecord>> candidates = new TreeMap<>();
  private final Map<String, PinnedSet> pinned = new TreeMap<>();

  /**
   * @param windows windows of a domain that is pinned
   * @param ledger the sets that the run's ledger names
   * @param execution whose threads offer and wait
   */
  EvaluationSets(
      int windows,
      int maxDomains,
      Collection<EvaluationSetPinnedEntry> ledger,
      Execution execution) {
    this.offers = execution.newLock();
    this.offered = offers.newCondition();
    this.windows = windows;
    this.maxDomains = maxDomains;
    ledger.forEach(entry -> restorations.put(entry.getDomain(), new Restoration(entry)));
  }

  /** Whether another window of a domain can be of use. */
  synchronized boolean wants(String domain) {
    if (pinned.containsKey(domain)) {
      return false;
    }
    List<EvaluationWindowRecord> found = candidates.get(domain);
    return restorations.containsKey(domain)
        || (found == null ? domains() < maxDomains : found.size() < windows);
  }

  /** Whether the ledger names a window that was not found again yet. */
  synchronized boolean isNamed(String domain, EvaluationWindow window) {
    Restoration restoration = restorations.get(domain);
    return restoration != null && restoration.entry.getWindows().contains(window);
  }

  /** Whether no window of any domain can be of use. */
  synchronized boolean wantsNothing() {
    return pinned.size() >= maxDomains && restorations.isEmpty();
  }

  private int domains() {
    return pinned.size() + restorations.size() + candidates.size();
  }

  /** Takes the next window of the topic. */
  void offer(EvaluationWindowRecord window) {
    take(window);
    offers.lock();
    try {
      offered.signalAll();
    } finally {
      offers.unlock();
    }
  }

  private synchronized void take(EvaluationWindowRecord window) {
    Restoration restoration = restorations.get(window.domain());
    if (restoration != null) {
      restoration.offer(window);
      if (restoration.isComplete()) {
        pinned.put(window.domain(), restoration.set());
        restorations.remove(window.domain());
      }
    } else if (wants(window.domain())) {
      List<EvaluationWindowRecord> found =
          candidates.computeIfAbsent(window.domain(), domain -> new ArrayList<>());
      if (found.stream().noneMatch(other -> other.key().equals(window.key()))) {
        found.add(window);
      }
    }
  }

  /** Whether everything that the ledger names was found again. */
  synchronized boolean isRestored() {
    return restorations.isEmpty();
  }

  /** Whether the windows of these domains are there. */
  synchronized boolean has(Collection<String> domains) {
    return domains.stream()
        .allMatch(
            domain ->
                pinned.containsKey(domain)
                    || candidates.getOrDefault(domain, List.of()).size() >= windows);
  }

  /** What of these domains is there, as people read it. */
  synchronized String state(Collection<String> domains) {
    List<String> states = new ArrayList<>();
    for (String domain : domains) {
      int found =
          pinned.containsKey(domain) ? windows : candidates.getOrDefault(domain, List.of()).size();
      states.add("%s %d of %d".formatted(domain, found, windows));
    }
    restorations.forEach(
        (domain, restoration) ->
            states.add(
                "%s %d of %d found again"
                    .formatted(domain, restoration.found(), restoration.wanted())));
    return String.join(", ", states);
  }

  /** Waits for an offer, a bounded time. */
  @SuppressWarnings("WaitNotInLoop") // the callers loop, with conditions of their own
  void awaitOffer(long longestMs) throws InterruptedException {
    offers.lockInterruptibly();
    try {
      offered.await(longestMs, TimeUnit.MILLISECONDS);
    } finally {
      offers.unlock();
    }
  }

  /** Pins the domains whose windows are there; gives their entries in the ledger. */
  synchronized List<EvaluationSetPinnedEntry> pin() {
    List<EvaluationSetPinnedEntry> entries = new ArrayList<>();
    for (String domain : List.copyOf(candidates.keySet())) {
      List<EvaluationWindowRecord> found = candidates.getOrDefault(domain, List.of());
      if (found.size() >= windows) {
        PinnedSet set = PinnedSet.of(domain, found);
        candidates.remove(domain);
        pinned.put(domain, set);
        entries.add(set.entry());
      }
    }
    return entries;
  }

  /** The examples of each pinned domain. */
  synchronized Map<String, List<TrainingExample>> examples() {
    Map<String, List<TrainingExample>> examples = new TreeMap<>();
    pinned.forEach((domain, set) -> examples.put(domain, set.examples()));
    return examples;
  }

  /** The pinned sets as manifests tell of them. */
  synchronized List<EvaluationSet> inManifest() {
    return pinned.values().stream().map(PinnedSet::inManifest).toList();
  }

  /** Bytes of the values of all pinned windows. */
  synchronized long valueBytes() {
    return pinned.values().stream().mapToLong(PinnedSet::valueBytes).sum();
  }

  /** Evaluated positions of all pinned windows. */
  synchronized long tokens() {
    return pinned.values().stream().mapToLong(PinnedSet::tokens).sum();
  }

  /** The windows that a ledger entry names, as they are found again. */
  private static final class Restoration {
    private final EvaluationSetPinnedEntry entry;
    private final Map<EvaluationWindow, EvaluationWindowRecord> found = new HashMap<>();

    Restoration(EvaluationSetPinnedEntry entry) {
      this.entry = entry;
    }

    void offer(EvaluationWindowRecord window) {
      if (entry.getWindows().contains(window.window())) {
        found.putIfAbsent(window.window(), window);
      }
    }

    int found() {
      return found.size();
    }

    int wanted() {
      return entry.getWindows().size();
    }

    boolean isComplete() {
      return found() == wanted();
    }

    PinnedSet set() {
      List<EvaluationWindowRecord> ordered = new ArrayList<>();
      for (EvaluationWindow window : entry.getWindows()) {
        EvaluationWindowRecord record = found.get(window);
        if (record != null) {
          ordered.add(record);
        }
      }
      PinnedSet set = PinnedSet.of(entry.getDomain(), ordered);
      if (!set.entry().getDigest().equals(entry.getDigest())) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "the evaluation windows of domain %s have digest %s, the ledger says %s: they were rewritten"
                .formatted(entry.getDomain(), set.entry().getDigest(), entry.getDigest()));
      }
      return set;
    }
  }
}
