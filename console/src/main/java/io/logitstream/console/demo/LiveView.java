package io.logitstream.console.demo;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** A panel in the terminal that is drawn over itself; what is noted scrolls by above it. */
final class LiveView implements DemoView {
  private static final String ESCAPE = "\u001b[";
  private static final String CLEAR_LINE = ESCAPE + "K";
  private static final String CLEAR_BELOW = ESCAPE + "J";
  private static final String HIDE_CURSOR = ESCAPE + "?25l";
  private static final String SHOW_CURSOR = ESCAPE + "?25h";
  private static final int WIDTH_MAX = 120;

  private final PrintWriter out;
  private final Panel panel;
  private int drawnLines;

  LiveView(PrintWriter out, Panel panel) {
    this.out = out;
    this.panel = panel;
    out.print(HIDE_CURSOR);
  }

  @Override
  public void note(String message) {
    up();
    out.println(message + CLEAR_LINE);
    out.print(CLEAR_BELOW);
    drawnLines = 0;
    out.flush();
  }

  @Override
  public void show(Snapshot snapshot, Optional<WritingSample> sample) {
    TerminalSize size = TerminalSize.current();
    // The last column stays free: some terminals wrap as soon as it is written to.
    List<String> lines = panel.lines(snapshot, sample, Math.min(WIDTH_MAX, size.columns() - 1));
    List<String> fitting = lines.subList(0, Math.min(size.rows() - 1, lines.size()));
    up();
    fitting.forEach(line -> out.println(line + CLEAR_LINE));
    out.print(CLEAR_BELOW);
    drawnLines = fitting.size();
    out.flush();
  }

  @Override
  public void settle() {
    drawnLines = 0;
  }

  @Override
  public void close() {
    out.print(SHOW_CURSOR);
    out.flush();
  }

  private void up() {
    if (drawnLines > 0) {
      out.print("\r" + ESCAPE + drawnLines + "A");
    }
  }
}
