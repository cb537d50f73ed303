package io.logitstream.console.models;

import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import java.io.IOException;

/**
 * A model's shape, weights and tokenizer in memory, wherever they come from.
 *
 * @param config with adapters where these are beside the weights
 * @param weights adapters included
 */
public record LoadedModel(ModelConfig config, Weights weights, byte[] tokenizerJson) {

  /**
   * The model with adapters beside its weights.
   *
   * @throws io.logitstream.model.decoder.UnsupportedModelException if they are not for such a model
   */
  public LoadedModel with(AdapterDirectory adapters) throws IOException {
    return new LoadedModel(
        config.with(adapters.adapter()), adapters.onto(config, weights), tokenizerJson);
  }

  /** The model with its adapters merged into its weights; itself where it has none. */
  public LoadedModel merged() {
    return config.adapter() == null
        ? this
        : new LoadedModel(config.base(), AdaptedWeights.merge(config, weights), tokenizerJson);
  }

  /** The tokenizer; the caller closes it. */
  public Tokenizer tokenizer() {
    return Tokenizer.fromJson(tokenizerJson, config);
  }

  /** The model on a device; the caller closes it. */
  public Decoder decoder(TorchEngine engine, ComputeType computeType) {
    return Decoder.load(engine, config, weights, computeType);
  }
}
