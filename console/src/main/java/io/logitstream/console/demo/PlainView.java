package io.logitstream.console.demo;

import static io.logitstream.console.demo.Figures.clock;
import static io.logitstream.console.demo.Figures.count;
import static io.logitstream.console.demo.Figures.decimal;
import static io.logitstream.console.demo.Figures.oneLine;
import static io.logitstream.console.demo.Figures.percent;
import static io.logitstream.console.demo.Figures.rate;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A line every few seconds, and one for everything new: for logs, and where there is no terminal.
 */
final class PlainView implements DemoView {
  private static final double INTERVAL_SECONDS = Duration.ofSeconds(10).toSeconds();
  private static final int SAMPLE_WIDTH = 160;

  private final PrintWriter out;
  private double nextSeconds = INTERVAL_SECONDS;
  private int checkpoints;
  private Optional<WritingSample> shown = Optional.empty();

  PlainView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void note(String message) {
    out.println(message);
    out.flush();
  }

  @Override
  public void show(Snapshot snapshot, Optional<WritingSample> sample) {
    if (snapshot.checkpoints() > checkpoints && snapshot.lastCheckpoint() != null) {
      checkpoints = snapshot.checkpoints();
      out.printf(
          "%s  checkpoint %s/%d at step %d%n",
          clock(snapshot.seconds()),
          snapshot.lastCheckpoint().getRun(),
          snapshot.lastCheckpoint().getSequence(),
          snapshot.lastCheckpoint().getStep());
    }
    if (sample.isPresent() && !sample.equals(shown)) {
      shown = sample;
      WritingSample written = sample.get();
      out.println("       for             " + Figures.endOfLine(written.prompt(), SAMPLE_WIDTH));
      out.println("       teacher writes  " + oneLine(written.teacher(), SAMPLE_WIDTH));
      out.println("       student writes  " + oneLine(written.student(), SAMPLE_WIDTH));
    }
    if (snapshot.seconds() >= nextSeconds) {
      nextSeconds = snapshot.seconds() + INTERVAL_SECONDS;
      out.println(line(snapshot));
    }
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }

  private static String line(Snapshot snapshot) {
    StringBuilder line = new StringBuilder();
    line.append(clock(snapshot.seconds()));
    line.append("  prompts ").append(count(snapshot.prompts()));
    line.append("  scored ")
        .append(count(snapshot.training().records() + snapshot.evaluation().records()));
    line.append(" (").append(rate(snapshot.scoredTokenRate())).append(" tokens/s)");
    if (snapshot.lastStep() != null) {
      line.append("  step ").append(snapshot.lastStep().getStep());
      line.append(" (").append(rate(snapshot.trainedTokenRate())).append(" tokens/s)");
      line.append("  loss ").append(decimal(snapshot.lastStep().getLoss().getObjective()));
      if (snapshot.lastStep().getLag() != null) {
        line.append("  lag ").append(snapshot.lastStep().getLag());
      }
      line.append("  waited ").append(percent(snapshot.waitShare()));
    }
    new TreeMap<>(snapshot.domains())
        .forEach(
            (domain, curves) ->
                line.append("  | ")
                    .append(domain)
                    .append(" acceptance ")
                    .append(decimal(curves.acceptance().last()))
                    .append(" KL ")
                    .append(decimal(curves.forwardKl().last())));
    return line.toString();
  }
}
