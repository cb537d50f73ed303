package io.logitstream.console.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws a run's curves side by side: KL going down, acceptance going up. */
final class CurvesPlot {
  private static final Logger LOGGER = LoggerFactory.getLogger(CurvesPlot.class);
  private static final int WIDTH = 640;
  private static final int HEIGHT = 420;
  private static final int SMOOTHING_STEPS = 20;
  private static final Color[] DOMAIN_COLORS = {
    new Color(0x1f77b4), new Color(0xd95f02), new Color(0x2ca02c), new Color(0x7b3294)
  };
  private static final Color BATCH_COLOR = new Color(0xb0b0b0);

  private CurvesPlot() {}

  /**
   * Loads what drawing needs, on a thread of its own. Java's graphics cannot be loaded any more
   * when a signal is ending the process, and that is when a demo draws that Ctrl-C has ended.
   */
  static void prepare() {
    Thread thread =
        new Thread(
            () -> {
              try {
                XYChart chart = chart("", "");
                add(chart, "nothing", new Curve(List.of(new Curve.Point(0, 0))), BATCH_COLOR, 1f);
                BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
              } catch (IOException | RuntimeException | LinkageError e) {
                LOGGER.warn("the curves will not be drawn", e);
              }
            },
            "plot");
    thread.setDaemon(true);
    thread.start();
  }

  /** Writes a PNG image, 1280 pixels wide. There must have been an evaluation. */
  static void write(Snapshot snapshot, Path file) throws IOException {
    XYChart kl = chart("Forward KL (teacher ‖ student), held out", "nats a token");
    Curve batches = snapshot.trainingKl().smoothed(SMOOTHING_STEPS);
    if (!batches.points().isEmpty()) {
      add(kl, "training batches, before their step", batches, BATCH_COLOR, 1.2f);
    }
    addDomains(kl, snapshot, DomainCurves::forwardKl);
    kl.getStyler().setYAxisMin(0.0);
    kl.getStyler().setLegendPosition(LegendPosition.InsideNE);

    XYChart acceptance = chart("Acceptance of the student's tokens, held out", "acceptance");
    addDomains(acceptance, snapshot, DomainCurves::acceptance);
    acceptance.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
    acceptance.getStyler().setLegendPosition(LegendPosition.InsideSE);

    List<XYChart> charts = List.of(kl, acceptance);
    BitmapEncoder.saveBitmap(charts, 1, charts.size(), file.toString(), BitmapFormat.PNG);
  }

  private static XYChart chart(String title, String yAxis) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("minutes")
            .yAxisTitle(yAxis)
            .build();
    var styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(new Color(0xe4e4e4));
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setLegendBackgroundColor(Color.WHITE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setAxisTickMarksColor(Color.GRAY);
    styler.setXAxisMin(0.0);
    styler.setXAxisTickMarkSpacingHint(80);
    styler.setAntiAlias(true);
    return chart;
  }

  private static void addDomains(
      XYChart chart, Snapshot snapshot, Function<DomainCurves, Curve> curve) {
    int index = 0;
    for (var domain : new TreeMap<>(snapshot.domains()).entrySet()) {
      Curve values = curve.apply(domain.getValue());
      if (!values.points().isEmpty()) {
        Color color = DOMAIN_COLORS[index++ % DOMAIN_COLORS.length];
        add(chart, domain.getKey(), values, color, 2.4f)
            .setMarker(SeriesMarkers.CIRCLE)
            .setMarkerColor(color);
      }
    }
  }

  private static XYSeries add(XYChart chart, String name, Curve curve, Color color, float width) {
    List<Curve.Point> points = curve.points();
    double[] minutes = points.stream().mapToDouble(point -> point.seconds() / 60).toArray();
    double[] values = points.stream().mapToDouble(Curve.Point::value).toArray();
    XYSeries series = chart.addSeries(name, minutes, values);
    series.setLineColor(color).setLineWidth(width).setLineStyle(SeriesLines.SOLID);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }
}
