package io.logitstream.teacher.scoring;

import java.util.List;

/** Turns a batch of windows into sparse logits in one encoding. Used by one thread. */
public interface WindowScoring {
  /** What the teacher says about each window, in their order. */
  List<ScoredWindow> score(List<ScoringTask> batch);
}
