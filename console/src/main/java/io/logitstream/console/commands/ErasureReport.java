package io.logitstream.console.commands;

import io.logitstream.lineage.erasure.ErasurePlan;
import io.logitstream.lineage.erasure.Removal;
import io.logitstream.lineage.erasure.TrainedCheckpoints;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A plan of erasure, and what was done, for people and for programs.
 *
 * @param done whether tombstones were to be written
 * @param tombstones how many were written
 * @param confirmed whether the index has met them
 */
record ErasureReport(ErasurePlan plan, boolean done, int tombstones, boolean confirmed) {
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("done", done);
    json.put("tombstonesWritten", tombstones);
    json.put("indexConfirmed", done && confirmed);
    json.put("prompts", plan.prompts());
    json.put("unknown", plan.unknown());
    json.put("removals", plan.removals());
    json.put("trainedCheckpoints", plan.trained());
    json.put(
        "replayWithout",
        Map.of(
            "passOver",
            plan.passOver(),
            "skip",
            plan.passOver().stream().map(ErasurePlan.PassOver::toString).toList()));
    json.put("notYetScored", plan.notYetScored());
    json.put("evaluationSets", plan.evaluationSets());
    return json;
  }

  void print(PrintWriter out) {
    plan.unknown().forEach(prompt -> out.println(prompt + " is unknown to the index"));
    if (plan.prompts().isEmpty()) {
      out.println("Nothing to forget: the index knows no such prompt.");
      return;
    }
    out.printf(
        Locale.ROOT,
        "%,d %s%n",
        plan.prompts().size(),
        plan.prompts().size() == 1 ? "prompt" : "prompts");
    for (Removal removal : plan.removals()) {
      out.printf(
          "  %-22s %12s  %s%n",
          removal.topic(), removal.partition() + "@" + removal.offset(), means(removal));
    }
    printTraining(out);
    if (!plan.notYetScored().isEmpty()) {
      out.printf(
          "Not scored yet, a teacher may still publish their logits (forget them again later): %s%n",
          String.join(", ", plan.notYetScored()));
    }
    if (!plan.evaluationSets().isEmpty()) {
      out.printf(
          "In pinned evaluation sets, whose runs cannot load them again once they are erased: %s%n",
          plan.evaluationSets().stream()
              .map(pinned -> "%s (%s)".formatted(pinned.run(), pinned.domain()))
              .distinct()
              .collect(Collectors.joining(", ")));
    }
    out.println(conclusion());
  }

  private void printTraining(PrintWriter out) {
    if (plan.trained().isEmpty()) {
      out.println("No checkpoint was trained on it.");
      return;
    }
    out.println("Checkpoints that were trained on it, or descend from such:");
    plan.trained().forEach(run -> out.println("  " + line(run)));
    out.printf(
        "A replay without it passes over, of teacher-logits: %s%n",
        plan.passOver().stream()
            .map(ErasurePlan.PassOver::toString)
            .collect(Collectors.joining(",")));
  }

  private static String line(TrainedCheckpoints run) {
    List<String> ids = run.checkpoints();
    String newestWithout = run.newestWithout() == null ? "none" : run.newestWithout();
    if (ids.isEmpty()) {
      return "run %s: a rollback discarded the steps that did".formatted(run.run());
    }
    return String.format(
        Locale.ROOT,
        "run %s: %s (%,d, of which %,d are kept); newest without it: %s",
        run.run(),
        ids.size() == 1 ? ids.get(0) : ids.get(0) + " to " + ids.get(ids.size() - 1),
        ids.size(),
        run.kept(),
        newestWithout);
  }

  private static boolean isOver(Removal removal) {
    return removal.means() == Removal.Means.ERASED || removal.means() == Removal.Means.GONE;
  }

  private static String means(Removal removal) {
    return switch (removal.means()) {
      case TOMBSTONE -> "a tombstone erases it" + by(removal.goneByMs());
      case RETENTION ->
          "retention removes it after %s%s"
              .formatted(time(removal.goneAfterMs()), by(removal.goneByMs()));
      case NOTHING -> "the topic keeps it for ever: set retention.ms, or compact,delete";
      case ERASED -> "erased before" + by(removal.goneByMs());
      case GONE -> "gone";
    };
  }

  private static String by(@Nullable Long atMs) {
    return atMs == null ? ", when the broker compacts next" : ", at the latest by " + time(atMs);
  }

  private static String time(@Nullable Long atMs) {
    return atMs == null
        ? "(unknown)"
        : Instant.ofEpochMilli(atMs).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private String conclusion() {
    if (plan.tombstones().isEmpty()) {
      return plan.removals().stream().allMatch(ErasureReport::isOver)
          ? "Nothing is left to erase."
          : "Nothing can be erased now: what is there lies on topics that are not set up for it"
              + " ('logitstream topics create --erasure', before there are prompts).";
    }
    if (!done) {
      return "Nothing was changed; --yes writes the tombstones.";
    }
    return "%d tombstones were written%s"
        .formatted(
            tombstones,
            confirmed
                ? ", and the index has met them."
                : "; the index has not met them yet: forget again later.");
  }
}
