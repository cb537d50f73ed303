package io.logitstream.teacher.coding;

/** How the payloads of sampled and top-k logits are packed. */
public enum PayloadCoding {
  /** As they are: for readers that have no priors. */
  PLAIN,
  /** Entropy-coded under a prior, once there is one: several times smaller. */
  CODED
}
