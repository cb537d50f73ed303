package io.logitstream.console.bench.quality;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;

/** Draws each method's KL and acceptance over the bytes that a token costs. */
public final class QualityPlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 420;
  private static final float MARKER_LINE = 1.6f;

  private QualityPlot() {}

  /** Writes a PNG image; whiskers are 95 % intervals over seeds. */
  public static void write(QualityReport report, Path file) throws IOException {
    XYChart kl = chart("Forward KL (teacher ‖ student), held out", "nats a token");
    XYChart acceptance = chart("Acceptance of the student's tokens, held out", "acceptance");
    for (TeachingMethod method : TeachingMethod.values()) {
      QualityReport.Standing standing = report.standing(method);
      add(kl, report.name(method), standing.bytesPerToken(), standing.forwardKl(), method);
      add(acceptance, report.name(method), standing.bytesPerToken(), standing.acceptance(), method);
    }
    kl.getStyler().setLegendPosition(LegendPosition.InsideNE);
    acceptance.getStyler().setLegendPosition(LegendPosition.InsideSE);
    List<XYChart> charts = List.of(kl, acceptance);
    BitmapEncoder.saveBitmap(charts, 1, charts.size(), file.toString(), BitmapFormat.PNG);
  }

  private static void add(
      XYChart chart, String name, double bytes, Interval figure, TeachingMethod method) {
    double whisker = Math.max(figure.high() - figure.value(), figure.value() - figure.low());
    XYSeries series =
        chart.addSeries(
            name, new double[] {bytes}, new double[] {figure.value()}, new double[] {whisker});
    Color color = color(method);
    series.setMarkerColor(color).setLineStyle(SeriesLines.NONE).setLineWidth(MARKER_LINE);
    series.setLineColor(color);
  }

  private static Color color(TeachingMethod method) {
    return switch (method) {
      case LABELS -> new Color(0x7f7f7f);
      case TOP_K -> new Color(0xd95f02);
      case SAMPLED -> new Color(0x1f77b4);
      case FULL -> new Color(0x2ca02c);
    };
  }

  private static XYChart chart(String title, String yAxis) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("bytes a token on the log (payload)")
            .yAxisTitle(yAxis)
            .build();
    var styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(new Color(0xe4e4e4));
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    styler.setLegendBackgroundColor(Color.WHITE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setXAxisLogarithmic(true);
    styler.setAntiAlias(true);
    return chart;
  }
}
