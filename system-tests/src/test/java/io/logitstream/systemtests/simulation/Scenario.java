package io.logitstream.systemtests.simulation;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.systemtests.simulation.plants.Plant;
import io.logitstream.trainer.TrainerSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a simulation is about: the records of the log, and the settings of the run.
 *
 * @param number from which all of it follows
 * @param partitions of every topic that has several
 * @param transactions the records, in the transactions that a teacher wrote them in
 * @param isLive whether they arrive while the trainer runs, instead of lying there before
 * @param isGated whether checkpoints are measured, and the run goes back after rejected ones
 * @param losesRecords whether retention may overtake the trainer
 * @param settings of the run, by name
 * @param trainer the same, as the trainer reads them
 * @param acceptingTrainer of a start that accepts the loss of records
 */
record Scenario(
    long number,
    int partitions,
    List<Batch> transactions,
    boolean isLive,
    boolean isGated,
    boolean losesRecords,
    Map<String, String> settings,
    TrainerSettings trainer,
    TrainerSettings acceptingTrainer)
    implements Story {
  private static final int STORIES_TO_ONE_OF_REHEARSAL = 8;
  private static final int REMAINDER_OF_REHEARSAL = 5;
  private static final int NON_FINITE_EVERY = 14;

  /** The run's name. */
  static final String RUN = "simulated";

  /**
   * Records that share a transaction.
   *
   * @param isCommitted whether they are there for readers of committed records
   */
  record Batch(List<Placed> records, boolean isCommitted) {}

  /** A record in a partition. */
  record Placed(int partition, Traffic.Item item) {}

  /** The scenario of a number. */
  static Scenario of(long number) {
    SplittableRandom random = new SplittableRandom(number * 31 + 7);
    int partitions = 1 + random.nextInt(3);
    boolean isLive = random.nextInt(3) == 0;
    boolean isGated = random.nextInt(3) == 0;
    boolean losesRecords = !isLive && !isGated && random.nextInt(4) == 0;
    Map<String, String> settings = new HashMap<>();
    settings.put("run", RUN);
    settings.put("student.model", Traffic.all().model().toString());
    settings.put("compute.type", "f32");
    settings.put("train.step-records", Integer.toString(1 + random.nextInt(3)));
    settings.put("train.turn-records", Integer.toString(1 + random.nextInt(3)));
    settings.put("train.stop-when-idle", "true");
    settings.put("train.idle-time", "1s");
    settings.put("student.teachers", "synthetic@r1");
    settings.put("checkpoint.every-steps", Integer.toString(2 + random.nextInt(3)));
    settings.put("checkpoint.transaction-timeout", "10s");
    settings.put("ingest.buffer-records", "8");
    settings.put("evaluation.windows", isGated ? "2" : "0");
    if (isGated) {
      settings.put("evaluation.domains", Traffic.DOMAIN);
      settings.put("evaluation.max-domains", "1");
      settings.put("evaluation.every-steps", "1000");
      settings.put("gate.every-steps", settings.get("checkpoint.every-steps"));
      settings.put("gate.rejections", "2");
    }
    boolean isRehearsed = number % STORIES_TO_ONE_OF_REHEARSAL == REMAINDER_OF_REHEARSAL;
    if (isRehearsed) {
      losesRecords = false;
      rehearse(settings, new SplittableRandom(number * 31 + 9));
    }
    if (random.nextBoolean()) {
      settings.put("checkpoint.keep", Integer.toString(2 + random.nextInt(2)));
      settings.put("checkpoint.sweep-every", "1s");
    }
    return new Scenario(
        number,
        partitions,
        transactions(partitions, isGated, isRehearsed, random),
        isLive,
        isGated,
        losesRecords,
        Map.copyOf(settings),
        trainer(settings, false),
        trainer(settings, true));
  }

  private static void rehearse(Map<String, String> settings, SplittableRandom random) {
    String[] draws = {"uniform", "recent", "domains"};
    settings.put("train.step-records", Integer.toString(2 + random.nextInt(3)));
    settings.put("rehearsal.share", "0.4");
    settings.put("rehearsal.draw", draws[random.nextInt(draws.length)]);
    settings.put("rehearsal.half-life-records", "8");
    settings.put("rehearsal.refresh-steps", Integer.toString(2 + random.nextInt(4)));
  }

  private static List<Batch> transactions(
      int partitions, boolean isGated, boolean isRehearsed, SplittableRandom random) {
    List<Batch> transactions = new ArrayList<>();
    int records = 16 + random.nextInt(24);
    int harmfulFrom = isGated ? random.nextInt(records) : records;
    int harmfulTo = harmfulFrom + 8 + random.nextInt(8);
    for (int made = 0; made < records; ) {
      List<Placed> together = new ArrayList<>();
      int size = 1 + random.nextInt(4);
      for (int i = 0; i < size; i++, made++) {
        boolean isHarmful = made >= harmfulFrom && made < harmfulTo;
        int partition = random.nextInt(partitions);
        Traffic.Kind kind = kind(isHarmful, random);
        // A few only: the trainer takes several in a row for a training that diverges.
        boolean isNonFinite = isRehearsed && made % NON_FINITE_EVERY == NON_FINITE_EVERY / 2;
        together.add(
            new Placed(
                partition,
                Traffic.all().any(isNonFinite ? Traffic.Kind.NON_FINITE : kind, random)));
      }
      transactions.add(new Batch(List.copyOf(together), random.nextInt(12) != 0));
    }
    return List.copyOf(transactions);
  }

  private static Traffic.Kind kind(boolean isHarmful, SplittableRandom random) {
    return switch (random.nextInt(24)) {
      case 0 -> Traffic.Kind.MALFORMED;
      case 1 -> Traffic.Kind.HELD_OUT;
      case 2 -> Traffic.Kind.OTHER_TEACHER;
      case 3 -> Traffic.Kind.TOMBSTONE;
      default -> isHarmful ? Traffic.Kind.HARMFUL : Traffic.Kind.TRAINABLE;
    };
  }

  private static TrainerSettings trainer(Map<String, String> settings, boolean acceptsLoss) {
    Map<String, String> values = new HashMap<>(settings);
    values.put("train.accept-loss", Boolean.toString(acceptsLoss));
    return TrainerSettings.from(
        Configuration.load(TrainerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }

  @Override
  public boolean hasOneEnd() {
    return !isLive && !losesRecords;
  }

  @Override
  public Course course(Disturbances disturbances, Plant plant, long seed, World.Trace trace) {
    return new World(this, disturbances, plant, seed, trace);
  }

  /** How the topics are laid out. */
  TopicSettings topics() {
    return new TopicSettings(Traffic.KAFKA.topicPrefix(), partitions, (short) 1);
  }

  /** In words, for who looks at a failure. */
  @Override
  public String toString() {
    return "scenario %d: %d partitions, %d transactions%s%s%s, %s"
        .formatted(
            number,
            partitions,
            transactions.size(),
            isLive ? ", live" : "",
            isGated ? ", gated" : "",
            losesRecords ? ", retention" : "",
            new java.util.TreeMap<>(settings));
  }
}
