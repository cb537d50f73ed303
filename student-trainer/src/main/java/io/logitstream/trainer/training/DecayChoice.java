package io.logitstream.trainer.training;

/** Whether and how the learning rate falls after the warm-up and the stable steps. */
public enum DecayChoice {
  NONE,
  LINEAR,
  COSINE
}
