package io.logitstream.console.demo;

import io.logitstream.platform.config.Configuration;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.source.DomainGroups;
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
    Map<String, DomainGroups> without =
        new TreeMap<>(DomainGroups.of(ProducerSettings.from(configuration).source()));
    without.values().removeIf(groups -> groups.heldOut() > 0);
    List<String> awaited =
        EvaluationSettings.from(configuration).domains().stream()
            .filter(domain -> !without.containsKey(domain))
            .toList();
    return new DemoEvaluation(awaited, without);
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
                ("No text of %s is held out, so it has no curve: a share of the folders is, and there"
                        + " are %d. Give more of them, or --set held-out.share=300")
                    .formatted(entry.getKey(), entry.getValue().groups()))
        .toList();
  }
}
