package io.logitstream.trainer.rehearsal;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains that a run has trained on, which draws by domain choose from. Records name them, and
 * checkpoints and the ledger hold them all: they are bounded, and which come in follows from the
 * steps alone.
 */
final class TrainedDomains {
  /**
   * As many as are kept; records of further domains are drawn as all others, but never by domain.
   */
  static final int MAX_DOMAINS = 1000;

  private static final Logger LOGGER = LoggerFactory.getLogger(TrainedDomains.class);

  private final SortedSet<String> names = new TreeSet<>();
  private boolean told;

  /** Takes up what a checkpoint holds, however many they are. */
  void restore(Collection<String> saved) {
    names.addAll(saved);
  }

  /** Takes up the domains of a step, in the order of their names while there is room. */
  void trained(Collection<String> ofStep) {
    for (String domain : new TreeSet<>(ofStep)) {
      if (names.size() < MAX_DOMAINS) {
        names.add(domain);
      } else if (!told && !names.contains(domain)) {
        told = true;
        LOGGER.warn(
            "the run has trained on {} domains; draws by domain leave out further ones, of which {} is the first: give prompts domains of which there are few",
            names.size(),
            domain);
      }
    }
  }

  /** Their names, in order. */
  SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(names);
  }
}
