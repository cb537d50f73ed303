package io.logitstream.console.bench.quality;

/** What of the teacher's distribution reaches the student. */
enum TeachingMethod {
  /** Nothing: the labels of the text alone. */
  LABELS,
  /** The likeliest ids, and the mass of all others as one outcome. */
  TOP_K,
  /** Counts of a systematic sample. */
  SAMPLED,
  /** Every logit. */
  FULL
}
