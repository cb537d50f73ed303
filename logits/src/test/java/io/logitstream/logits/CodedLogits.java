package io.logitstream.logits;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;

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

  /** The most likely ids of the same distributions. */
  static TopKLogits topK(int k, long seed) {
    int[] tokens = sampled(1, seed).tokens();
    int[] spans = spans();
    TopKSelector rows = new TopKSelector(tokens, VOCABULARY, k, 34);
    for (int span = 0; span < spans.length; span += 2) {
      for (int position = spans[span]; position < spans[span + 1]; position++) {
        rows.add(LogitsArbitraries.distribution(VOCABULARY, new Random(tokens[position])), 0);
      }
    }
    return rows.build();
  }

  static int[] spans() {
    return new int[] {0, 10, 15, 39};
  }

  /** A prior of the most likely ids of sequences. */
  static ContextPrior topKPrior(int sequences) {
    PriorLearner learner = new PriorLearner(VOCABULARY);
    for (int seed = 0; seed < sequences; seed++) {
      learner.add(CodedLogitsCodec.sequence(topK(12, seed), spans()));
    }
    return learner.build();
  }

  /** A prior of sequences, as many as asked for. */
  static ContextPrior prior(int sequences) {
    PriorLearner learner = new PriorLearner(VOCABULARY);
    for (int seed = 0; seed < sequences; seed++) {
      learner.add(CodedLogitsCodec.sequence(sampled(SAMPLE_SIZE, seed), spans()));
    }
    return learner.build();
  }

  /** Puts the right checksum at the end. */
  static byte[] seal(byte[] payload, ContextPrior prior) {
    CRC32C crc = new CRC32C();
    crc.update(HexFormat.of().parseHex(prior.sha256()));
    crc.update(payload, 0, payload.length - Integer.BYTES);
    ByteBuffer.wrap(payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload.length - Integer.BYTES, (int) crc.getValue());
    return payload;
  }
}
