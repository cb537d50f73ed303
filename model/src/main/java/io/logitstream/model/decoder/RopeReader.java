package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Reads the rotary embedding: transformers 4 writes {@code rope_theta} and {@code rope_scaling}, 5
 * writes {@code rope_parameters}. Where both are there they must say the same.
 */
final class RopeReader {
  private static final double DEFAULT_THETA = 10_000;

  private RopeReader() {}

  static Rope read(ConfigKeys config, int maxPositions) {
    double top = config.decimal("rope_theta", DEFAULT_THETA);
    JsonNode scaling = config.node("rope_scaling");
    JsonNode parameters = config.node("rope_parameters");
    if (scaling.isMissingNode() && parameters.isMissingNode()) {
      return Rope.plain(top);
    }
    if (scaling.isMissingNode()) {
      return rope("rope_parameters", parameters, top, maxPositions);
    }
    Rope scaled = rope("rope_scaling", scaling, top, maxPositions);
    if (parameters.isMissingNode()) {
      return scaled;
    }
    Rope both = rope("rope_parameters", parameters, scaled.theta(), maxPositions);
    if (!both.equals(scaled)) {
      throw new UnsupportedModelException(
          "rope_scaling is %s but rope_parameters is %s, expected them to say the same"
              .formatted(scaling, parameters));
    }
    return both;
  }

  private static Rope rope(String name, JsonNode node, double theta, int maxPositions) {
    if (!node.isObject()) {
      throw new UnsupportedModelException("%s is %s, expected an object".formatted(name, node));
    }
    ConfigKeys keys = new ConfigKeys(name + ".", node);
    String type = keys.text("type", "default");
    type = keys.text("rope_type", type);
    RopeScaling scaling =
        switch (type) {
          case "default" -> new RopeScaling.None();
          case "linear" -> new RopeScaling.Linear(keys.decimal("factor"));
          case "llama3" ->
              new RopeScaling.Llama3(
                  keys.decimal("factor"),
                  keys.decimal("low_freq_factor"),
                  keys.decimal("high_freq_factor"),
                  keys.integer("original_max_position_embeddings", maxPositions));
          case "yarn" -> yarn(keys, maxPositions);
          default ->
              throw new UnsupportedModelException(
                  "%s.rope_type is '%s', supported are default, linear, llama3, yarn"
                      .formatted(name, type));
        };
    double own = keys.decimal("rope_theta", theta);
    double rotaryShare = keys.decimal("partial_rotary_factor", 1.0);
    if (rotaryShare != 1) {
      throw new UnsupportedModelException(
          "%s.partial_rotary_factor is %s, supported is 1".formatted(name, rotaryShare));
    }
    keys.refuseOthers(Set.of());
    return new Rope(own, scaling);
  }

  private static RopeScaling yarn(ConfigKeys keys, int maxPositions) {
    int original = keys.integer("original_max_position_embeddings", maxPositions);
    double factor =
        keys.isNull("factor") ? (double) maxPositions / original : keys.decimal("factor");
    double mscale = keys.decimal("mscale", 0.0);
    double mscaleAllDimensions = keys.decimal("mscale_all_dim", 0.0);
    double recommended =
        mscale != 0 && mscaleAllDimensions != 0
            ? RopeScaling.Yarn.recommendedAmplitude(factor, mscale)
                / RopeScaling.Yarn.recommendedAmplitude(factor, mscaleAllDimensions)
            : RopeScaling.Yarn.recommendedAmplitude(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        original,
        keys.decimal("beta_fast", 32.0),
        keys.decimal("beta_slow", 1.0),
        keys.flag("truncate", true),
        keys.decimal("attention_factor", recommended));
  }
}
