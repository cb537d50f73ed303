package io.logitstream.console.bench;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Sequences of random tokens with random distributions: speed does not depend on what they say.
 *
 * @param encoding what the sequences carry
 * @param sequences B
 * @param positions T
 * @param ids distinct ids of a position; of SAMPLED alone
 */
public record SyntheticBatch(Encoding encoding, int sequences, int positions, int ids) {
  private static final float NOISE = 3;

  /** What a sequence carries. */
  public enum Encoding {
    LABELS,
    SAMPLED,
    FULL
  }

  /** The sequences of a step. */
  public List<TrainingExample> examples(int vocabularySize, long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, sequences).mapToObj(i -> example(vocabularySize, random)).toList();
  }

  private TrainingExample example(int vocabularySize, Random random) {
    int[] tokens = random.ints(positions + 1L, 0, vocabularySize).toArray();
    SparseLogits targets =
        switch (encoding) {
          case LABELS -> new Labels(tokens);
          case SAMPLED -> sampled(tokens, vocabularySize, random);
          case FULL -> full(tokens, vocabularySize, random);
        };
    return new TrainingExample(
        tokens,
        List.of(new PositionRange(0, positions)),
        1,
        "synthetic",
        targets,
        1,
        encoding == Encoding.SAMPLED ? List.of(0.0) : List.of());
  }

  private SampledLogits sampled(int[] tokens, int vocabularySize, Random random) {
    SampledLogits.Builder builder =
        new SampledLogits.Builder(tokens, vocabularySize, ids, positions);
    int stride = vocabularySize / ids;
    for (int row = 0; row < positions; row++) {
      for (int i = 0; i < ids; i++) {
        builder.add(i * stride + random.nextInt(stride), 1);
      }
      builder.endRow();
    }
    return builder.build();
  }

  private FullLogits full(int[] tokens, int vocabularySize, Random random) {
    FullLogits.Builder builder = new FullLogits.Builder(tokens, vocabularySize, positions);
    float[] row = new float[vocabularySize];
    for (int position = 0; position < positions; position++) {
      for (int id = 0; id < vocabularySize; id++) {
        row[id] = random.nextFloat() * NOISE;
      }
      builder.add(row, 0);
    }
    return builder.build();
  }
}
