package io.logitstream.console.demo;

import static io.logitstream.console.demo.Figures.clock;
import static io.logitstream.console.demo.Figures.count;
import static io.logitstream.console.demo.Figures.decimal;
import static io.logitstream.console.demo.Figures.endOfLine;
import static io.logitstream.console.demo.Figures.oneLine;
import static io.logitstream.console.demo.Figures.percent;
import static io.logitstream.console.demo.Figures.rate;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.TrainingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The lines of the live view. */
final class Panel {
  private static final int SPARKLINE_WIDTH = 16;

  private final DemoHeading heading;

  Panel(DemoHeading heading) {
    this.heading = heading;
  }

  /**
   * The state of things as lines.
   *
   * @param width characters that a line may have
   */
  List<String> lines(Snapshot snapshot, Optional<WritingSample> sample, int width) {
    List<String> lines = new ArrayList<>();
    lines.add(title(snapshot, width));
    lines.add("─".repeat(width));
    lines.add(row("prompts", count(snapshot.prompts()), rate(snapshot.promptRate()) + "/s", ""));
    lines.add(
        row(
            "teacher",
            count(snapshot.training().records() + snapshot.evaluation().records()) + " windows",
            rate(snapshot.scoredRate()) + "/s",
            rate(snapshot.scoredTokenRate())
                + " tokens/s   "
                + bytesPerToken(snapshot)
                + " bytes/token"));
    TrainingStep step = snapshot.lastStep();
    lines.add(
        row(
            "student",
            step == null ? "waiting" : "step " + count(step.getStep()),
            rate(snapshot.stepRate()) + "/s",
            rate(snapshot.trainedTokenRate())
                + " tokens/s   lag "
                + lag(step)
                + "   waited "
                + percent(snapshot.waitShare())));
    lines.add("");
    lines.add(loss(step));
    lines.addAll(heldOut(snapshot));
    lines.add("");
    lines.add(checkpoints(snapshot));
    lines.add("");
    lines.addAll(sample(sample, width));
    return lines.stream()
        .map(line -> line.length() > width ? line.substring(0, width) : line)
        .toList();
  }

  private String title(Snapshot snapshot, int width) {
    String left = "Logitstream   %s ─► %s".formatted(heading.teacher(), heading.student());
    String right =
        Double.isFinite(heading.limitSeconds())
            ? "%s / %s".formatted(clock(snapshot.seconds()), clock(heading.limitSeconds()))
            : clock(snapshot.seconds());
    int gap = Math.max(1, width - left.length() - right.length());
    return left + " ".repeat(gap) + right;
  }

  private static String loss(@Nullable TrainingStep step) {
    if (step == null) {
      return "batch       (the first step comes when the teacher has scored enough)";
    }
    LossTerms loss = step.getLoss();
    String kl = loss.getForwardKl() == null ? "–" : decimal(loss.getForwardKl());
    return "batch       loss %s   cross-entropy %s   KL %s   (before its step)"
        .formatted(decimal(loss.getObjective()), decimal(loss.getCrossEntropy()), kl);
  }

  private static List<String> heldOut(Snapshot snapshot) {
    List<String> lines = new ArrayList<>();
    if (snapshot.domains().isEmpty()) {
      lines.add("held out    (not evaluated yet)");
    }
    new TreeMap<>(snapshot.domains())
        .forEach(
            (domain, curves) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "held out    %-8s acceptance %s %-16s   KL %s %-16s",
                        oneLine(domain, 8),
                        decimal(curves.acceptance().last()),
                        Sparkline.of(curves.acceptance(), SPARKLINE_WIDTH),
                        decimal(curves.forwardKl().last()),
                        Sparkline.of(curves.forwardKl(), SPARKLINE_WIDTH))));
    return lines;
  }

  private static String checkpoints(Snapshot snapshot) {
    CheckpointManifest newest = snapshot.lastCheckpoint();
    String id =
        newest == null
            ? ""
            : "   newest %s/%d at step %s"
                .formatted(newest.getRun(), newest.getSequence(), count(newest.getStep()));
    return "checkpoints %d%s   dead letters %d"
        .formatted(snapshot.checkpoints(), id, snapshot.deadLetters());
  }

  private static List<String> sample(Optional<WritingSample> sample, int width) {
    if (sample.isEmpty()) {
      return List.of(
          "What teacher and student would write for the same held-out text comes with the first"
              + " checkpoints.",
          "",
          "");
    }
    WritingSample written = sample.get();
    int room = width - 20;
    return List.of(
        "for              " + endOfLine(written.prompt(), room),
        "teacher writes   " + oneLine(written.teacher(), room),
        "student writes   %s   (step %d)"
            .formatted(oneLine(written.student(), room - 14), written.step()));
  }

  private static String lag(@Nullable TrainingStep step) {
    return step == null || step.getLag() == null ? "–" : count(step.getLag());
  }

  private static String bytesPerToken(Snapshot snapshot) {
    double bytes = snapshot.training().bytesPerToken();
    return Double.isFinite(bytes) ? rate(bytes) : "–";
  }

  private static String row(String name, String amount, String rate, String more) {
    return String.format(Locale.ROOT, "%-11s %-14s %9s   %s", name, amount, rate, more)
        .stripTrailing();
  }
}
