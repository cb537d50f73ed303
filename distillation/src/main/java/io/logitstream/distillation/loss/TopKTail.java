package io.logitstream.distillation.loss;

/** What a soft loss makes of the mass that TOP_K records leave to ids that they do not name. */
public enum TopKTail {
  /**
   * One more outcome, the student's being the sum of its probabilities of those ids: losses over k
   * + 1 outcomes, which are at most what they would be over all ids.
   */
  BUCKET,
  /**
   * Nothing: the k probabilities are divided by their sum, and the student is to have none
   * elsewhere. What papers call top-k distillation; it takes the teacher for surer than it is.
   */
  RENORMALISED
}
