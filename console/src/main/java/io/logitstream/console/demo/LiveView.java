package io.logitstream.console.demo;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;

/** A panel in the terminal that is drawn over itself; what is noted scrolls by above it. */
final class LiveView implements DemoView {
  private static final String ESCAPE = "\u001b[";
  private static final String CLEAR_LINE = ESCAPE + "K";
  private static final String CLEAR_BELOW = ESCAPE + "J";
  private static final String HIDE_CURSOR = ESCAPE + "?25l";
  private static final String SHOW_CURSOR = ESCAPE + "?25h";
  private static final int WIDTH_MAX = 120;
  private static final int WIDTH_UNKNOWN = 80;

  private final Terminal terminal;
  private final PrintWriter out;
  private final Panel panel;
  private int drawnLines;

  LiveView(Terminal terminal, Panel panel) {
    this.terminal = terminal;
    this.out = terminal.writer();
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
    int columns = terminal.getWidth() > 0 ? terminal.getWidth() : WIDTH_UNKNOWN;
    // The last column stays free: some terminals wrap as soon as it is written to.
    List<String> lines = panel.lines(snapshot, sample, Math.min(WIDTH_MAX, columns - 1));
    int rows = terminal.getHeight() > 0 ? terminal.getHeight() - 1 : lines.size();
    List<String> fitting = lines.subList(0, Math.min(rows, lines.size()));
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
