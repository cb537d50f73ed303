package io.logitstream.console.bench.teacher;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a teacher stands beside simple things.
 *
 * @param weightsSha256 SHA-256 (hex) of its weights
 * @param trainingTokens tokens that the 5-gram has learned from
 * @param standings one for each domain
 */
public record TeacherQualityReport(
    TeacherQualityPlan plan,
    String weightsSha256,
    ModelConfig config,
    ComputeType computeType,
    long trainingTokens,
    List<TeacherStanding> standings,
    List<Overlap> overlaps,
    List<Sample> samples) {
  private static final MathContext DIGITS = new MathContext(5);

  public TeacherQualityReport {
    standings = List.copyOf(standings);
    overlaps = List.copyOf(overlaps);
    samples = List.copyOf(samples);
    if (standings.isEmpty()) {
      throw new IllegalArgumentException("no domains, expected at least one");
    }
  }

  /**
   * A sample of the teacher's writing.
   *
   * @param document whose lines it went on from
   */
  record Sample(String domain, String document, String prompt, String completion) {}

  /** Whether the teacher beats both in every domain. */
  public boolean holds() {
    return standings.stream().allMatch(TeacherStanding::beatsBoth);
  }

  /** The figures as one JSON object tells them. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "teacher-quality");
    figures.put("holds", holds());
    Map<String, Object> domains = new LinkedHashMap<>();
    standings.forEach(standing -> domains.put(standing.domain(), figures(standing)));
    figures.put("domains", domains);
    figures.put("nearDuplicates", overlaps.stream().map(TeacherQualityReport::figures).toList());
    figures.put("shingleWords", Shingles.WORDS);
    figures.put("samples", samples.stream().map(TeacherQualityReport::figures).toList());
    figures.put("weightsSha256", weightsSha256);
    figures.put("parameters", config.parameters());
    figures.put("positions", config.maxPositions());
    figures.put("computeType", computeType.label());
    figures.put("trainingTokens", trainingTokens);
    figures.put("every", plan.every());
    figures.put("heldOutPerMille", plan.heldOut().perMille());
    return figures;
  }

  private static Map<String, Object> figures(TeacherStanding standing) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("documents", standing.documents());
    figures.put("bytes", standing.bytes());
    figures.put("tokens", standing.tokens());
    figures.put("bitsPerByte", rounded(standing.teacher()));
    figures.put("xzBitsPerByte", rounded(standing.xz()));
    figures.put("fiveGramBitsPerByte", rounded(standing.fiveGram()));
    figures.put("beatsXz", standing.beatsXz());
    figures.put("beatsFiveGram", standing.beatsFiveGram());
    return figures;
  }

  private static Map<String, Object> figures(Overlap overlap) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("of", overlap.of());
    figures.put("in", overlap.in());
    figures.put("documents", overlap.documents());
    figures.put("shingles", overlap.shingles());
    figures.put("sharedShare", rounded(overlap.sharedShare()));
    figures.put("documentsOverHalf", overlap.documentsOverHalf());
    return figures;
  }

  private static Map<String, Object> figures(Sample sample) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("domain", sample.domain());
    figures.put("document", sample.document());
    figures.put("prompt", sample.prompt());
    figures.put("completion", sample.completion());
    return figures;
  }

  private static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
  }

  /** The figures for people: two tables in Markdown, and the samples. */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add("| domain | bytes | teacher, bits per byte | xz -9e | 5-gram | beats both |");
    lines.add("|---|---|---|---|---|---|");
    for (TeacherStanding standing : standings) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s (%d documents) | %,d | %.3f | %.3f | %.3f | %s |",
              standing.domain(),
              standing.documents(),
              standing.bytes(),
              standing.teacher(),
              standing.xz(),
              standing.fiveGram(),
              standing.beatsBoth() ? "yes" : "no"));
    }
    lines.add("");
    lines.add("| near-duplicates of | in | documents | shingles shared | documents over half |");
    lines.add("|---|---|---|---|---|");
    for (Overlap overlap : overlaps) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,d | %.3f %% of %,d | %d |",
              overlap.of(),
              overlap.in(),
              overlap.documents(),
              100 * overlap.sharedShare(),
              overlap.shingles(),
              overlap.documentsOverHalf().size()));
    }
    for (Sample sample : samples) {
      lines.add("");
      lines.add(
          "%s, after lines of %s (it begins at the mark):"
              .formatted(sample.domain(), sample.document()));
      lines.add("");
      lines.add(sample.prompt() + " ▸" + sample.completion());
    }
    return String.join(System.lineSeparator(), lines);
  }
}
