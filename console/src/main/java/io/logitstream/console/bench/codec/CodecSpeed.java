package io.logitstream.console.bench.codec;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.TeacherLogits;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How fast coded records are written and read, on the calling thread alone.
 *
 * @param encodedTokens tokens a second that are encoded, the median over rounds
 * @param decodedTokens tokens a second that are decoded
 */
record CodecSpeed(double encodedTokens, double decodedTokens) {
  private static final int WARM_UP_ROUNDS = 4;
  private static final int ROUNDS = 9;

  static CodecSpeed measure(PublishedRecords published, PriorCodecs priors) {
    TeacherLogits first = published.records().get(0);
    CodedLogitsCodec codec = priors.apply(String.valueOf(first.getPriorSha256())).orElseThrow();
    int[] spans = TeacherLogitsRecords.bounds(first.getSpans());
    int records = published.records().size();
    return new CodecSpeed(
        tokensPerSecond(
            published,
            round -> {
              for (int index = 0; index < records; index++) {
                codec.encode((SampledLogits) published.logits().get(index), spans);
              }
            }),
        tokensPerSecond(
            published,
            round -> {
              for (TeacherLogits record : published.records()) {
                codec.decode(record.getPayload(), record.getTokenCount());
              }
            }));
  }

  private static double tokensPerSecond(PublishedRecords published, IntConsumer round) {
    double[] seconds = new double[ROUNDS];
    for (int index = -WARM_UP_ROUNDS; index < ROUNDS; index++) {
      long startNanos = System.nanoTime();
      round.accept(index);
      if (index >= 0) {
        seconds[index] = (System.nanoTime() - startNanos) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return published.positions() / seconds[ROUNDS / 2];
  }
}
