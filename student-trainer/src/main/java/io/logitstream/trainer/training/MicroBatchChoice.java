package io.logitstream.trainer.training;

/** How a step is cut into micro-batches, as it is asked for. */
public enum MicroBatchChoice {
  /** What suits the device when the run is started, and kept from then on. */
  AUTO,
  LEAST_WORK,
  FILLED
}
