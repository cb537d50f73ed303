package io.logitstream.logits;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import java.util.Random;

/**
 * Sequences of a teacher whose distributions depend on the token alone, and priors learned from
 * them.
 */
final class CodedLogits {
  static final int VOCABULARY = 300;
  static final int SAMPLE_SIZE = 28;

  private CodedLogits() {}

  /** A window of 40 tokens that is trained on but for a gap. */
  static SampledLogits sampled(int sampleSize, long seed) {
    Random random = new Random(seed);
    SystematicSampler sampler = new SystematicSampler(VOCABULARY, sampleSize);
    int[] tokens = new int[40];
    tokens[0] = random.nextInt(VOCABULARY);
    for (int position = 1; position < tokens.length; position++) {
      tokens[position] = random.nextInt(4) == 0 ? random.nextInt(VOCABULARY) : tokens[0] % 17;
    }
    int[] spans = spans();
    SampledLogits.Builder rows = new SampledLogits.Builder(tokens, VOCABULARY, sampleSize, 34);
    for (int span = 0; span < spans.length; span += 2) {
      for (int position = spans[span]; position < spans[span + 1]; position++) {
        float[] distribution =
            LogitsArbitraries.distribution(VOCABULARY, new Random(tokens[position]));
        sampler.sample(distribution, 0, random.nextLong(), rows);
      }
    }
    return rows.build();
  }

  static int[] spans() {
    return new int[] {0, 10, 15, 39};
  }

  /** A prior of sequences, as many as asked for. */
  static ContextPrior prior(int sequences) {
    PriorLearner learner = new PriorLearner(VOCABULARY);
    for (int seed = 0; seed < sequences; seed++) {
      learner.add(CodedSampledCodec.sequence(sampled(SAMPLE_SIZE, seed), spans()));
    }
    return learner.build();
  }
}
