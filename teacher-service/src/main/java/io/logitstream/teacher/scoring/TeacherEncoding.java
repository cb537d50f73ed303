package io.logitstream.teacher.scoring;

/** What the teacher's records hold. */
public enum TeacherEncoding {
  /** Tokens alone, for training on hard labels: nothing is scored, no weights are needed. */
  LABELS,
  /** Counts of a systematic sample of each distribution. */
  SAMPLED,
  /**
   * The most likely ids of each distribution with their probabilities, and the mass of the rest.
   */
  TOP_K,
  /** Every logit as fp16: small vocabularies and evaluation. */
  FULL
}
