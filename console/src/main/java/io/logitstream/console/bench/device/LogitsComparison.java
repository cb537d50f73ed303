package io.logitstream.console.bench.device;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Logits in float32 of a device beside those of the CPU: after a prompt, and after each of some
 * tokens that are appended to it.
 */
final class LogitsComparison {
  /** Of the largest logit: what golden files are held to. */
  private static final double ALLOWED = 1e-4;

  private static final int PROMPT_TOKENS = 12;
  private static final int APPENDED_TOKENS = 6;

  private final TorchEngine device;
  private final TorchEngine cpu;

  LogitsComparison(TorchEngine device, TorchEngine cpu) {
    this.device = device;
    this.cpu = cpu;
  }

  Finding of(ComparedModel model) {
    int length = Math.min(PROMPT_TOKENS + APPENDED_TOKENS, model.config().maxPositions());
    int[] tokens = new Random(1).ints(length, 0, model.config().vocabularySize()).toArray();
    List<float[]> expected = logits(cpu, model, tokens);
    List<float[]> found = logits(device, model, tokens);
    double largest = 0;
    double deviation = 0;
    for (int row = 0; row < expected.size(); row++) {
      for (int id = 0; id < expected.get(row).length; id++) {
        double logit = expected.get(row)[id];
        largest = Math.max(largest, Math.abs(logit));
        deviation = Math.max(deviation, Math.abs(found.get(row)[id] - logit));
      }
    }
    return new Finding(
        "logits: largest deviation from the CPU's, of the largest logit",
        model.name(),
        deviation / largest,
        ALLOWED);
  }

  private static List<float[]> logits(TorchEngine engine, ComparedModel model, int[] tokens) {
    int prompt = Math.min(PROMPT_TOKENS, tokens.length);
    List<float[]> logits = new ArrayList<>();
    try (Decoder decoder = Decoder.load(engine, model.config(), model.weights(), ComputeType.F32);
        Decoder.Continuation text = decoder.start(Arrays.copyOf(tokens, prompt))) {
      logits.add(text.logits().clone());
      for (int i = prompt; i < tokens.length; i++) {
        text.append(tokens[i]);
        logits.add(text.logits().clone());
      }
    }
    return logits;
  }
}
