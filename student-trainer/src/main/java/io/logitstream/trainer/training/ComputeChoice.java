package io.logitstream.trainer.training;

/** Number type of matrix products, as it is asked for. */
public enum ComputeChoice {
  /** Probed when the run is started, and kept from then on. */
  AUTO,
  F32,
  BF16
}
