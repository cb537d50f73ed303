package io.logitstream.console.bench;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Times the reading of a prompt and the writing of tokens after it, one sequence at a time: speed
 * does not depend on what the weights and tokens are.
 *
 * @param promptTokens tokens that are read
 * @param newTokens tokens that are written, each forced
 * @param rounds texts that are timed, after one that is not
 */
public record GenerateBench(
    ModelConfig config, ComputeType computeType, int promptTokens, int newTokens, int rounds) {
  public GenerateBench {
    if (promptTokens < 1 || newTokens < 1 || rounds < 1) {
      throw new IllegalArgumentException(
          "%d prompt tokens, %d new ones and %d rounds, expected at least 1 each"
              .formatted(promptTokens, newTokens, rounds));
    }
    if (promptTokens + newTokens > config.maxPositions()) {
      throw new IllegalArgumentException(
          "%d prompt tokens and %d new ones, the model has %d positions"
              .formatted(promptTokens, newTokens, config.maxPositions()));
    }
  }

  /** Writes the texts; what was measured, and what it was measured on. */
  public Map<String, Object> run(TorchEngine engine) {
    double[] promptMs = new double[rounds];
    double[] tokenMs = new double[rounds * newTokens];
    try (Decoder decoder =
        Decoder.load(engine, config, Weights.initialise(config, 1), computeType)) {
      Random random = new Random(1);
      for (int round = -1; round < rounds; round++) {
        write(decoder, random, round, promptMs, tokenMs);
      }
    }
    Durations prompts = Durations.of(promptMs);
    Durations tokens = Durations.of(tokenMs);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "generate");
    prompts.putInto(figures, "prompt");
    tokens.putInto(figures, "token");
    figures.put("promptTokensPerSecond", Figures.rounded(promptTokens * 1000 / prompts.medianMs()));
    figures.put("tokensPerSecond", Figures.rounded(1000 / tokens.medianMs()));
    figures.putAll(Figures.environment(engine, computeType));
    figures.put("shape", Figures.shape(config));
    figures.put(
        "settings", Map.of("promptTokens", promptTokens, "newTokens", newTokens, "rounds", rounds));
    return figures;
  }

  private void write(
      Decoder decoder, Random random, int round, double[] promptMs, double[] tokenMs) {
    int[] prompt = random.ints(promptTokens, 0, config.vocabularySize()).toArray();
    long startNanos = System.nanoTime();
    try (Decoder.Continuation text = decoder.start(prompt)) {
      text.logits();
      long endNanos = System.nanoTime();
      if (round >= 0) {
        promptMs[round] = (endNanos - startNanos) / 1e6;
      }
      for (int token = 0; token < newTokens; token++) {
        startNanos = endNanos;
        text.append(random.nextInt(config.vocabularySize()));
        text.logits();
        endNanos = System.nanoTime();
        if (round >= 0) {
          tokenMs[round * newTokens + token] = (endNanos - startNanos) / 1e6;
        }
      }
    }
  }
}
