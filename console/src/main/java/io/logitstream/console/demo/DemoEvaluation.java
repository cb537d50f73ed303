package io.logitstream.console.demo;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.source.DomainGroups;
import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.trainer.evaluation.EvaluationSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which domains of the traffic a student can be evaluated on.
 *
 * @param awaited domains that the first step waits for: held-out texts of theirs will come
 * @param withoutHeldOut the groups of those domains that have no held-out text, by domain
 */
record DemoEvaluation(List<String> awaited, Map<String, DomainGroups> withoutHeldOut) {
  DemoEvaluation {
    awaited = List.copyOf(awaited);
    withoutHeldOut = Map.copyOf(withoutHeldOut);
  }

  /**
   * Looks through the traffic.
   *
   * @throws io.logitstream.platform.LogitstreamException CONFIGURATION if there is none
   */
  static DemoEvaluation of(Configuration configuration) {
    SourceSettings source = ProducerSettings.from(configuration).source();
    Map<String, DomainGroups> groups = DomainGroups.of(source);
    requireSomeToTrainOn(groups, source.heldOut());
    Map<String, DomainGroups> without = new TreeMap<>(groups);
    without.values().removeIf(domain -> domain.heldOut() > 0);
    List<String> awaited =
        EvaluationSettings.from(configuration).domains().stream()
            .filter(domain -> !without.containsKey(domain))
            .toList();
    return new DemoEvaluation(awaited, without);
  }

  private static void requireSomeToTrainOn(Map<String, DomainGroups> groups, HeldOutShare share) {
    if (groups.values().stream().allMatch(domain -> domain.heldOut() == domain.groups())) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "every folder of %s is held out for evaluation (held-out.share is %d of a thousand): nothing is left to train on. Give more folders, or lower the share"
              .formatted(String.join(", ", groups.keySet()), share.perMille()));
    }
  }

  /** What the trainer is told. */
  Map<String, String> settings() {
    return Map.of("evaluation.domains", String.join(",", awaited));
  }

  /** What people are told: why a domain will have no curve. */
  List<String> notes() {
    return withoutHeldOut.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            entry ->
                ("No text of %s is held out, so it has no curve: whole folders are, a share of them"
                        + " (held-out.share), and of %s there %s. Give more of them, or a larger"
                        + " share")
                    .formatted(
                        entry.getKey(),
                        entry.getKey(),
                        entry.getValue().groups() == 1
                            ? "is one"
                            : "are " + entry.getValue().groups()))
        .toList();
  }
}
