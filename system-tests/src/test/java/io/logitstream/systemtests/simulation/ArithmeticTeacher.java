package io.logitstream.systemtests.simulation;

import io.logitstream.model.decoder.Sha256;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.teacher.TeacherModel;
import io.logitstream.teacher.batching.ConversationTokenizer;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.TextTokenizer;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.scoring.FullScoring;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.SampledScoring;
import io.logitstream.teacher.scoring.TeacherForcedScorer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A teacher that is arithmetic: what it expects next is a function of the tokens so far. A token is
 * a character. The product samples and packs what it says.
 */
final class ArithmeticTeacher {
  /** Its revision, as keys have it. */
  static final String REVISION = "r1";

  private static final int VOCABULARY = 23;
  private static final int SAMPLE_SIZE = 4;

  private ArithmeticTeacher() {}

  /**
   * The teacher.
   *
   * @param scoring run before each batch is scored
   */
  static TeacherModel open(Runnable scoring) {
    SampleSizing sizing = SampleSizing.fixed(SAMPLE_SIZE);
    TeacherForcedScorer scorer = new Scorer(scoring);
    return new TeacherModel(
        new TeacherIdentity(
            "arithmetic",
            REVISION,
            null,
            Sha256.of("characters".getBytes(StandardCharsets.UTF_8)),
            VOCABULARY),
        new Characters(),
        ConversationTokenizer.none("arithmetic"),
        Optional.of("f32"),
        new SampledScoring(scorer, VOCABULARY, sizing, 1f, REVISION),
        new FullScoring(scorer, VOCABULARY),
        sizing,
        scorer);
  }

  private static final class Characters implements TextTokenizer {
    @Override
    public TokenizedText tokenize(String text) {
      List<CodePointRange> ranges = new ArrayList<>();
      for (int i = 0; i < text.length(); i++) {
        ranges.add(new CodePointRange(i, i + 1));
      }
      return new TokenizedText(text.chars().map(c -> c % VOCABULARY).toArray(), ranges);
    }

    @Override
    public OptionalInt beginningOfText() {
      return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
      return OptionalInt.empty();
    }
  }

  private record Scorer(Runnable scoring) implements TeacherForcedScorer {
    @Override
    public void score(List<Window> windows, float temperature, Rows rows) {
      scoring.run();
      float[] probabilities = new float[VOCABULARY];
      for (int index = 0; index < windows.size(); index++) {
        int[] tokens = windows.get(index).tokens();
        for (PositionRange range : windows.get(index).trained()) {
          for (int position = range.start(); position < range.end(); position++) {
            rows.accept(index, position, probabilities, 0, fill(probabilities, tokens, position));
          }
        }
      }
    }

    /** Fills in a distribution; gives its entropy. */
    private static float fill(float[] probabilities, int[] tokens, int position) {
      int state = 7;
      for (int i = 0; i <= position; i++) {
        state = state * 31 + tokens[i];
      }
      double sum = 0;
      for (int id = 0; id < VOCABULARY; id++) {
        probabilities[id] = 1 + Math.floorMod(state * (id + 1), 64);
        sum += probabilities[id];
      }
      double entropy = 0;
      for (int id = 0; id < VOCABULARY; id++) {
        probabilities[id] = (float) (probabilities[id] / sum);
        entropy -= probabilities[id] * Math.log(probabilities[id]);
      }
      return (float) entropy;
    }

    @Override
    public void close() {}
  }
}
