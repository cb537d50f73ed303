package io.logitstream.teacher.scoring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how many draws a sampled position has: a fixed number, or what comes closest to a target
 * for the bytes of a token or for the variance of the gradient, by what was measured on the last
 * positions. Each record says which number it has. One thread.
 *
 * <p>M becomes M · (found / target)^e where the two differ by more than a thirtieth. Bytes grow
 * with M, but slower than in proportion, and the variance falls with M to M²: with e = −1 and e = ½
 * each step leaves a part of the distance to the target, and never passes it by more.
 */
public final class SampleSizing {
  /** What M is chosen for. */
  public enum Target {
    /** Nothing: it stays as it is set. */
    NONE,
    /** Payload bytes of a trained position. */
    BYTES,
    /** Trace of the covariance of the gradient of forward KL in the student's logits. */
    VARIANCE
  }

  /** Positions that a choice rests on. */
  static final int POSITIONS = 4_096;

  /** The largest M that a target leads to. */
  public static final int MOST = 1_024;

  private static final Logger LOGGER = LoggerFactory.getLogger(SampleSizing.class);
  private static final double TOLERANCE = 1 / 30.0;
  private static final double LARGEST_STEP = 4;

  private final Target target;
  private final double wanted;
  private int sampleSize;
  private double sum;
  private long positions;

  /**
   * @param wanted bytes or variance; without meaning where there is no target
   * @param sampleSize M to begin with
   */
  public SampleSizing(Target target, double wanted, int sampleSize) {
    if (target != Target.NONE && !(wanted > 0 && Double.isFinite(wanted))) {
      throw new IllegalArgumentException(
          "a target of %s for %s, expected over 0".formatted(wanted, target));
    }
    this.target = target;
    this.wanted = wanted;
    this.sampleSize = sampleSize;
  }

  /** A number that stays. */
  public static SampleSizing fixed(int sampleSize) {
    return new SampleSizing(Target.NONE, 0, sampleSize);
  }

  /** M of the next window. */
  public int sampleSize() {
    return sampleSize;
  }

  /** Whether distributions are asked for. */
  boolean measuresVariance() {
    return target == Target.VARIANCE;
  }

  /**
   * Tells what a window took.
   *
   * @param draws M of the window: what another one took tells nothing
   */
  public void wrote(int draws, int payloadBytes, int trainedPositions) {
    if (target == Target.BYTES && draws == sampleSize) {
      measured(payloadBytes, trainedPositions);
    }
  }

  /** Tells a distribution that is sampled: V probabilities from {@code offset}. */
  void scored(float[] probabilities, int offset, int vocabularySize) {
    double variance = 0;
    for (int id = 0; id < vocabularySize; id++) {
      double part = sampleSize * (double) probabilities[offset + id] % 1;
      variance += part * (1 - part);
    }
    measured(variance / sampleSize / sampleSize, 1);
  }

  private void measured(double value, int trainedPositions) {
    sum += value;
    positions += trainedPositions;
    if (positions < POSITIONS) {
      return;
    }
    double found = sum / positions;
    sum = 0;
    positions = 0;
    if (Math.abs(found / wanted - 1) <= TOLERANCE) {
      return;
    }
    int chosen = chosen(found);
    if (chosen != sampleSize) {
      LOGGER.info(
          "sample size {} instead of {}: {} a token is {}, the target is {}",
          chosen,
          sampleSize,
          target,
          found,
          wanted);
      sampleSize = chosen;
    }
  }

  private int chosen(double found) {
    double factor = target == Target.BYTES ? wanted / found : Math.sqrt(found / wanted);
    double step = Math.max(1 / LARGEST_STEP, Math.min(LARGEST_STEP, factor));
    return (int) Math.max(1, Math.min(MOST, Math.round(sampleSize * step)));
  }
}
