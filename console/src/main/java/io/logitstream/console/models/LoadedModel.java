package io.logitstream.console.models;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;

/** A model's shape, weights and tokenizer in memory, wherever they come from. */
public record LoadedModel(ModelConfig config, Weights weights, byte[] tokenizerJson) {

  /** The tokenizer; the caller closes it. */
  public Tokenizer tokenizer() {
    return Tokenizer.fromJson(tokenizerJson, config);
  }

  /** The model on a device; the caller closes it. */
  public Decoder decoder(TorchEngine engine, ComputeType computeType) {
    return Decoder.load(engine, config, weights, computeType);
  }
}
