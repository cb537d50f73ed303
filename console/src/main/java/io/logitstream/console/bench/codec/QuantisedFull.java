package io.logitstream.console.bench.codec;

import io.logitstream.logits.CodedFullCodec;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.schemas.TeacherLogits;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How close quantised FULL records are to the ones that were packed plainly, and how fast they are
 * written and read, on the calling thread alone.
 *
 * @param meanKl mean over positions of KL(plain, quantised), in nats
 * @param greatestKl the greatest of them
 * @param encodedTokens tokens a second that are encoded
 * @param decodedTokens tokens a second that are decoded
 */
record QuantisedFull(double meanKl, double greatestKl, double encodedTokens, double decodedTokens) {
  /** Hoeffding's lemma: errors lie in an interval of two greatest ones; float32 adds some 1e-6. */
  static final double KL_BOUND =
      4 * CodedFullCodec.GREATEST_ERROR_NATS * CodedFullCodec.GREATEST_ERROR_NATS / 8 + 1e-5;

  private static final int WARM_UP_RECORDS = 2;

  /**
   * Measures.
   *
   * @param plain records packed plainly
   * @param coded the same windows, in the same order
   */
  static QuantisedFull measure(PublishedRecords plain, PublishedRecords coded) {
    double sum = 0;
    double greatest = 0;
    for (int index = 0; index < plain.records().size(); index++) {
      FullLogits exact = (FullLogits) plain.logits().get(index);
      FullLogits stored = (FullLogits) coded.logits().get(index);
      for (int row = 0; row < exact.rows(); row++) {
        double kl = kl(exact, stored, row);
        sum += kl;
        greatest = Math.max(greatest, kl);
      }
    }
    return new QuantisedFull(
        sum / plain.positions(), greatest, encodedTokens(plain), decodedTokens(coded));
  }

  private static double kl(FullLogits exact, FullLogits stored, int row) {
    float[] p = new float[exact.vocabularySize()];
    float[] q = new float[exact.vocabularySize()];
    exact.logProbabilities(row, p);
    stored.logProbabilities(row, q);
    double kl = 0;
    for (int id = 0; id < p.length; id++) {
      double probability = Math.exp(p[id]);
      kl += probability == 0 ? 0 : probability * (p[id] - q[id]);
    }
    return kl;
  }

  private static double encodedTokens(PublishedRecords plain) {
    plain.logits().stream().limit(WARM_UP_RECORDS).forEach(QuantisedFull::encode);
    long startNanos = System.nanoTime();
    plain.logits().forEach(QuantisedFull::encode);
    return plain.positions() * 1e9 / (System.nanoTime() - startNanos);
  }

  private static void encode(SparseLogits logits) {
    if (CodedFullCodec.encode((FullLogits) logits).isEmpty()) {
      throw new IllegalStateException("a teacher's logits are too foreseeable to be coded");
    }
  }

  private static double decodedTokens(PublishedRecords coded) {
    coded.records().stream().limit(WARM_UP_RECORDS).forEach(QuantisedFull::decode);
    long startNanos = System.nanoTime();
    coded.records().forEach(QuantisedFull::decode);
    return coded.positions() * 1e9 / (System.nanoTime() - startNanos);
  }

  private static void decode(TeacherLogits record) {
    CodedFullCodec.decode(
        record.getPayload(), record.getTeacher().getVocabularySize(), record.getTokenCount());
  }

  /** As a report tells of it. */
  Map<String, Object> figures() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("meanKl", meanKl);
    told.put("greatestKl", greatestKl);
    told.put("encodedTokensPerSecond", encodedTokens);
    told.put("decodedTokensPerSecond", decodedTokens);
    return told;
  }
}
