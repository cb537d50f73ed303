package io.logitstream.systemtests.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a seed does to a scenario.
 *
 * @param blows what happens to processes, by the point at which it does
 * @param lostShare share of requests that are lost, or whose answers are
 * @param hasOtherRun whether another run keeps transactions open on the same topics
 * @param hasFollower whether a follower takes the checkpoints
 * @param compactions how often the compacted topics are compacted
 */
record Disturbances(
    List<Blow> blows, double lostShare, boolean hasOtherRun, boolean hasFollower, int compactions) {
  /** Nothing happens. */
  static final Disturbances NONE = new Disturbances(List.of(), 0, false, false, 0);

  private static final int MAX_BLOWS = 6;

  /** What happens to a process. */
  enum Means {
    /** SIGKILL, and another start. */
    KILL,
    /** SIGSTOP for a while, with or without a successor beside it. */
    STOP,
    /** SIGTERM, and another start. */
    TERMINATE
  }

  /**
   * A blow to the process that comes to a point.
   *
   * @param point its number, counted over all processes
   */
  record Blow(long point, Means means) {}

  /**
   * What a seed does.
   *
   * @param points points of an undisturbed run, among which it strikes
   */
  static Disturbances of(long seed, long points) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
    List<Blow> blows = new ArrayList<>();
    for (int left = random.nextInt(MAX_BLOWS + 1); left > 0; left--) {
      int chance = random.nextInt(10);
      Means means = chance < 6 ? Means.KILL : chance < 9 ? Means.STOP : Means.TERMINATE;
      blows.add(new Blow(1 + random.nextLong(points * 3 / 2), means));
    }
    blows.sort(Comparator.comparingLong(Blow::point));
    double[] shares = {0, 0.002, 0.01, 0.03};
    return new Disturbances(
        List.copyOf(blows),
        shares[random.nextInt(shares.length)],
        random.nextInt(3) == 0,
        random.nextBoolean(),
        random.nextInt(4));
  }
}
