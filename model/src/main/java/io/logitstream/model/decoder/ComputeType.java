package io.logitstream.model.decoder;

import java.util.Locale;

/** Number type of matrix products. Norms, softmax, logits and losses are float32 in either. */
public enum ComputeType {
  F32,
  BF16;

  /** The name in settings and manifests: {@code f32} or {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
