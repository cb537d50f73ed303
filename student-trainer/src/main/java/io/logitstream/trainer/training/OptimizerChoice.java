package io.logitstream.trainer.training;

/** What updates a student's weights. */
enum OptimizerChoice {
  /** AdamW, all of them. */
  ADAMW,
  /** Muon the layers' matrices, AdamW the others. */
  MUON
}
