package io.logitstream.console.bench.quality;

import io.logitstream.logits.FullLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.teacher.scoring.DecoderScorer;
import io.logitstream.teacher.scoring.FullScoring;
import io.logitstream.teacher.scoring.ScoredWindow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The teacher, asked once for every window. Belongs to the thread that made it. */
final class QualityTeacher implements AutoCloseable {
  private final DecoderScorer scorer;
  private final FullScoring scoring;

  QualityTeacher(TorchEngine engine, ModelDirectory model) throws IOException {
    this.scorer = new DecoderScorer(engine, model.config(), model.weights(), ComputeType.F32);
    this.scoring = new FullScoring(scorer, model.config().vocabularySize());
  }

  /** What the teacher says about windows, as one batch. */
  List<ScoredText> score(List<QualityTexts.Text> texts) {
    List<ScoredWindow> scored = scoring.score(texts.stream().map(QualityTexts.Text::task).toList());
    List<ScoredText> all = new ArrayList<>();
    for (int index = 0; index < texts.size(); index++) {
      all.add(new ScoredText(texts.get(index), (FullLogits) scored.get(index).logits()));
    }
    return all;
  }

  @Override
  public void close() {
    scorer.close();
  }
}
