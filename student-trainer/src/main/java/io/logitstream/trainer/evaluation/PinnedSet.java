package io.logitstream.trainer.evaluation;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.schemas.EvaluationSet;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.trainer.ingest.RecordDigest;
import java.util.List;

/**
 * The evaluation windows of a domain, fixed for the run.
 *
 * @param entry how the ledger tells of them
 * @param examples what is evaluated, in order
 * @param valueBytes bytes of the records' values
 */
record PinnedSet(EvaluationSetPinnedEntry entry, List<TrainingExample> examples, long valueBytes) {

  static PinnedSet of(String domain, List<EvaluationWindowRecord> windows) {
    RecordDigest digest = new RecordDigest();
    windows.forEach(window -> digest.add(window.key(), window.value()));
    return new PinnedSet(
        new EvaluationSetPinnedEntry(
            domain, windows.stream().map(EvaluationWindowRecord::window).toList(), digest.hex()),
        windows.stream().map(EvaluationWindowRecord::example).toList(),
        windows.stream().mapToLong(window -> window.value().length).sum());
  }

  EvaluationSet inManifest() {
    return new EvaluationSet(entry.getDomain(), entry.getWindows().size(), entry.getDigest());
  }

  long tokens() {
    return examples.stream().mapToLong(TrainingExample::trainedPositions).sum();
  }
}
