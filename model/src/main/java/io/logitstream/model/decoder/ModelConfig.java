package io.logitstream.model.decoder;

import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder.
 *
 * @param vocabularySize V, number of token ids
 * @param hiddenSize D, width of the residual stream
 * @param intermediateSize F, width of the feed-forward layer
 * @param layers L, number of blocks
 * @param attentionHeads H, number of query heads
 * @param keyValueHeads K, number of key and value heads; divides H
 * @param headSize E, width of a head; H·E need not be D, but in GPT-2
 * @param normEpsilon added to the mean square (or variance) in norms
 * @param architecture what is computed, beside the sizes
 * @param tiedEmbeddings whether the output head is the embedding
 * @param maxPositions longest sequence, in tokens
 * @param bosTokenId the beginning-of-text token; null for none
 * @param eosTokenId the end-of-text token; null for none
 * @param adapter what is trained beside the matrices in their place; null for the model alone
 */
public record ModelConfig(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int attentionHeads,
    int keyValueHeads,
    int headSize,
    double normEpsilon,
    Architecture architecture,
    boolean tiedEmbeddings,
    int maxPositions,
    @Nullable Integer bosTokenId,
    @Nullable Integer eosTokenId,
    @Nullable LowRank adapter) {

  /** Far above every model there is: what is larger is a damaged or a hostile file. */
  private static final int MAX_LAYERS = 4096;

  private static final int MAX_WIDTH = 1 << 20;
  private static final int MAX_VOCABULARY = 1 << 24;

  public ModelConfig {
    requireSize("vocab_size", vocabularySize, MAX_VOCABULARY);
    requireSize("hidden_size", hiddenSize, MAX_WIDTH);
    requireSize("intermediate_size", intermediateSize, MAX_WIDTH);
    requireSize("num_hidden_layers", layers, MAX_LAYERS);
    requireSize("num_attention_heads", attentionHeads, MAX_WIDTH);
    requireSize("num_key_value_heads", keyValueHeads, MAX_WIDTH);
    requireSize("head_dim", headSize, MAX_WIDTH);
    requireSize("max_position_embeddings", maxPositions, Integer.MAX_VALUE);
    if (attentionHeads % keyValueHeads != 0) {
      throw new UnsupportedModelException(
          "num_key_value_heads is %d, expected a divisor of num_attention_heads (%d)"
              .formatted(keyValueHeads, attentionHeads));
    }
    if (!(normEpsilon > 0)) {
      throw new UnsupportedModelException(
          "the norms' epsilon (rms_norm_eps, layer_norm_epsilon) is %s, expected a positive number"
              .formatted(normEpsilon));
    }
    requireHeadSize(architecture, hiddenSize, attentionHeads, keyValueHeads, headSize);
    requireTokenId("bos_token_id", bosTokenId, vocabularySize);
    requireTokenId("eos_token_id", eosTokenId, vocabularySize);
  }

  /** A model without adapters. */
  public ModelConfig(
      int vocabularySize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int attentionHeads,
      int keyValueHeads,
      int headSize,
      double normEpsilon,
      Architecture architecture,
      boolean tiedEmbeddings,
      int maxPositions,
      @Nullable Integer bosTokenId,
      @Nullable Integer eosTokenId) {
    this(
        vocabularySize,
        hiddenSize,
        intermediateSize,
        layers,
        attentionHeads,
        keyValueHeads,
        headSize,
        normEpsilon,
        architecture,
        tiedEmbeddings,
        maxPositions,
        bosTokenId,
        eosTokenId,
        null);
  }

  /** A plain Llama. */
  public ModelConfig(
      int vocabularySize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int attentionHeads,
      int keyValueHeads,
      int headSize,
      double normEpsilon,
      double ropeTheta,
      boolean tiedEmbeddings,
      int maxPositions,
      @Nullable Integer bosTokenId,
      @Nullable Integer eosTokenId) {
    this(
        vocabularySize,
        hiddenSize,
        intermediateSize,
        layers,
        attentionHeads,
        keyValueHeads,
        headSize,
        normEpsilon,
        Architecture.Llama.plain(ropeTheta),
        tiedEmbeddings,
        maxPositions,
        bosTokenId,
        eosTokenId);
  }

  /**
   * Reads config.json as transformers 4 or 5 writes it.
   *
   * @throws UnsupportedModelException if it is damaged, or asks for what this build cannot compute
   */
  public static ModelConfig parse(byte[] configJson) {
    return ModelConfigJson.parse(configJson);
  }

  /**
   * A config.json that transformers 4 and 5 read.
   *
   * @param storedAs number type of the weights beside it
   */
  public byte[] toJson(ComputeType storedAs) {
    return ModelConfigJson.write(
        this,
        switch (storedAs) {
          case F32 -> "float32";
          case BF16 -> "bfloat16";
        });
  }

  /**
   * The model with adapters beside matrices of its layers.
   *
   * @throws UnsupportedModelException if a target names no matrix of a layer
   */
  public ModelConfig with(LowRank adapter) {
    ModelConfig adapted = with(this, adapter);
    Block.of(adapted);
    return adapted;
  }

  /** The model without its adapters, as config.json has it. */
  public ModelConfig base() {
    return adapter == null ? this : with(this, null);
  }

  private static ModelConfig with(ModelConfig config, @Nullable LowRank adapter) {
    return new ModelConfig(
        config.vocabularySize,
        config.hiddenSize,
        config.intermediateSize,
        config.layers,
        config.attentionHeads,
        config.keyValueHeads,
        config.headSize,
        config.normEpsilon,
        config.architecture,
        config.tiedEmbeddings,
        config.maxPositions,
        config.bosTokenId,
        config.eosTokenId,
        adapter);
  }

  /** Number of parameters, adapters included; a tied head counts once. */
  public long parameters() {
    return WeightLayout.of(this).parameters();
  }

  private static void requireHeadSize(
      Architecture architecture,
      int hiddenSize,
      int attentionHeads,
      int keyValueHeads,
      int headSize) {
    if (architecture instanceof Architecture.Llama && headSize % 2 != 0) {
      throw new UnsupportedModelException(
          "head_dim is %d, expected an even number: rotary embedding turns pairs"
              .formatted(headSize));
    }
    if (architecture instanceof Architecture.Gpt2
        && (headSize * attentionHeads != hiddenSize || keyValueHeads != attentionHeads)) {
      throw new UnsupportedModelException(
          "n_embd is %d and n_head is %d, expected n_embd to be a multiple of n_head"
              .formatted(hiddenSize, attentionHeads));
    }
  }

  static void requireSize(String key, int value, int max) {
    if (value < 1 || value > max) {
      throw new UnsupportedModelException(
          "%s is %d, expected a whole number from 1 to %d".formatted(key, value, max));
    }
  }

  /** The number of layers, before anything is made for each of them. */
  static int requireLayers(int layers) {
    requireSize("num_hidden_layers", layers, MAX_LAYERS);
    return layers;
  }

  private static void requireTokenId(String key, @Nullable Integer id, int vocabularySize) {
    if (id != null && (id < 0 || id >= vocabularySize)) {
      throw new UnsupportedModelException(
          "%s is %d, expected an id below vocab_size (%d)".formatted(key, id, vocabularySize));
    }
  }
}
