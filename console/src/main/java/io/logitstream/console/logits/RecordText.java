package io.logitstream.console.logits;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;

/** A record of teacher logits as people read it. */
public final class RecordText {
  private RecordText() {}

  /** An id, or the ids that a record does not name, and its probability. */
  public record Candidate(String token, double probability) {}

  /**
   * A position of a record.
   *
   * @param position t
   * @param token that it reads
   * @param next that it predicts
   * @param candidates the most likely ones; none where the position is not trained
   */
  public record Line(int position, String token, String next, List<Candidate> candidates) {
    public Line {
      candidates = List.copyOf(candidates);
    }
  }

  /** Encoding, version and sample size of a record. */
  static String kind(TeacherLogits record) {
    return "%s v%d%s"
        .formatted(
            record.getEncoding(),
            record.getEncodingVersion(),
            record.getSampleSize() == null ? "" : " of " + record.getSampleSize());
  }

  /**
   * The positions of a record.
   *
   * @param names what an id is written as
   * @param most the most candidates of a position
   */
  public static List<Line> lines(
      TeacherLogits record, SparseLogits logits, IntFunction<String> names, int most) {
    List<Line> lines = new ArrayList<>();
    int row = 0;
    int position = 0;
    int[] tokens = logits.tokens();
    for (TrainedSpan span : record.getSpans()) {
      for (; position < span.getEnd(); position++) {
        boolean trained = position >= span.getStart() && logits.rows() > 0;
        List<Candidate> candidates =
            trained ? candidates(logits, row++, names, most) : List.<Candidate>of();
        lines.add(line(tokens, position, names, candidates));
      }
    }
    for (; position + 1 < tokens.length; position++) {
      lines.add(line(tokens, position, names, List.of()));
    }
    return lines;
  }

  private static Line line(
      int[] tokens, int position, IntFunction<String> names, List<Candidate> candidates) {
    return new Line(
        position, names.apply(tokens[position]), names.apply(tokens[position + 1]), candidates);
  }

  private static List<Candidate> candidates(
      SparseLogits logits, int row, IntFunction<String> names, int most) {
    List<Candidate> all = new ArrayList<>();
    if (logits instanceof SampledLogits sampled) {
      for (int entry = sampled.offsets()[row]; entry < sampled.offsets()[row + 1]; entry++) {
        double share = (double) sampled.counts()[entry] / sampled.sampleSize();
        all.add(new Candidate(names.apply(sampled.ids()[entry]), share));
      }
    } else if (logits instanceof TopKLogits top) {
      float[] stored = new float[top.k() + 1];
      top.logProbabilities(row, stored, 0);
      for (int index = 0; index < top.k(); index++) {
        String name = names.apply(top.ids()[row * top.k() + index]);
        all.add(new Candidate(name, Math.exp(stored[index])));
      }
      return withTail(all, Math.exp(stored[top.k()]), most);
    } else if (logits instanceof FullLogits full) {
      float[] exact = new float[full.vocabularySize()];
      full.logProbabilities(row, exact);
      for (int id = 0; id < exact.length; id++) {
        all.add(new Candidate(Integer.toString(id), Math.exp(exact[id])));
      }
      return first(all, most).stream()
          .map(
              candidate ->
                  new Candidate(
                      names.apply(Integer.parseInt(candidate.token())), candidate.probability()))
          .toList();
    }
    return first(all, most);
  }

  private static List<Candidate> withTail(List<Candidate> all, double tail, int most) {
    List<Candidate> told = new ArrayList<>(first(all, most));
    told.add(new Candidate("(the rest)", tail));
    return told;
  }

  private static List<Candidate> first(List<Candidate> all, int most) {
    return all.stream()
        .sorted(Comparator.comparingDouble(candidate -> -candidate.probability()))
        .limit(most)
        .toList();
  }
}
