package io.logitstream.model.decoder;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What stands between the matrices of a feed-forward layer, by its name in config.json. */
public enum Activation {
  /** x · σ(x). */
  SILU("silu", "torch.silu(%s)"),
  /** The same by its other name. */
  SWISH("swish", "torch.silu(%s)"),
  /** x · Φ(x), with the normal distribution function itself. */
  GELU("gelu", "torch.gelu(%s)"),
  /** GELU by tanh: ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
  GELU_NEW("gelu_new", "torch.gelu(%s, approximate=\"tanh\")"),
  /** The same by its other name. */
  GELU_PYTORCH_TANH("gelu_pytorch_tanh", "torch.gelu(%s, approximate=\"tanh\")"),
  RELU("relu", "torch.relu(%s)");

  private final String label;
  private final String source;

  Activation(String label, String source) {
    this.label = label;
    this.source = source;
  }

  /** Its name in config.json. */
  public String label() {
    return label;
  }

  /** The expression over an argument. */
  String of(String argument) {
    return source.formatted(argument);
  }

  /**
   * The activation of a name.
   *
   * @param key where the name stands in config.json
   * @throws UnsupportedModelException if there is none
   */
  static Activation named(String key, String label) {
    return Arrays.stream(values())
        .filter(activation -> activation.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    "%s is '%s', supported are %s"
                        .formatted(
                            key,
                            label,
                            Arrays.stream(values())
                                .map(Activation::label)
                                .collect(Collectors.joining(", ")))));
  }
}
