package io.logitstream.systemtests.simulation;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.systemtests.simulation.plants.Plant;
import io.logitstream.teacher.TeacherService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Prompts that two teachers share.
 *
 * @param number from which all of it follows
 * @param partitions of every topic that has several
 * @param transactions the prompts, in the transactions that a producer wrote them in
 * @param isLive whether they arrive while the teachers run, instead of lying there before
 * @param settings of the teachers, by name
 * @param configuration the same, as the teachers read them
 */
record TeacherScenario(
    long number,
    int partitions,
    List<Batch> transactions,
    boolean isLive,
    Map<String, String> settings,
    Configuration configuration)
    implements Story {
  /** The teachers' consumer group. */
  static final String GROUP = "teachers";

  /**
   * Prompts that share a transaction.
   *
   * @param isCommitted whether they are there for readers of committed records
   */
  record Batch(List<Placed> prompts, boolean isCommitted) {}

  /** A prompt in a partition. */
  record Placed(int partition, Prompts.Item item) {}

  /** The scenario of a number. */
  static TeacherScenario of(long number) {
    SplittableRandom random = new SplittableRandom(number * 31 + 8);
    int partitions = 1 + random.nextInt(4);
    boolean isLive = random.nextInt(2) == 0;
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap.servers", Traffic.KAFKA.bootstrapServers());
    Traffic.KAFKA.passThrough().forEach((name, value) -> settings.put("kafka." + name, value));
    settings.put("registry.url", Traffic.KAFKA.registryUrl());
    settings.put("topics.partitions", Integer.toString(partitions));
    settings.put("teacher.model", Traffic.all().model().toString());
    settings.put("teacher.group", GROUP);
    settings.put("teacher.coding", "plain");
    settings.put("teacher.window-tokens", Integer.toString(Prompts.WINDOW_TOKENS));
    settings.put("teacher.max-prompt-tokens", Integer.toString(Prompts.MAX_TOKENS));
    settings.put("teacher.batch-tokens", Integer.toString(4 << random.nextInt(4)));
    settings.put("teacher.max-batch-wait", (10 << random.nextInt(5)) + "ms");
    settings.put("teacher.session-timeout", random.nextBoolean() ? "2s" : "6s");
    settings.put("teacher.transaction-timeout", random.nextInt(4) == 0 ? "4s" : "10s");
    return new TeacherScenario(
        number,
        partitions,
        transactions(partitions, random),
        isLive,
        Map.copyOf(settings),
        Configuration.load(TeacherService.settings(), ConfigurationLayers.of(settings)));
  }

  private static List<Batch> transactions(int partitions, SplittableRandom random) {
    List<Batch> transactions = new ArrayList<>();
    int prompts = 12 + random.nextInt(28);
    for (int made = 0; made < prompts; ) {
      List<Placed> together = new ArrayList<>();
      int size = 1 + random.nextInt(5);
      for (int i = 0; i < size; i++, made++) {
        together.add(
            new Placed(random.nextInt(partitions), Prompts.all().numbered(kind(random), made)));
      }
      transactions.add(new Batch(List.copyOf(together), random.nextInt(12) != 0));
    }
    return List.copyOf(transactions);
  }

  private static Prompts.Kind kind(SplittableRandom random) {
    return switch (random.nextInt(16)) {
      case 0 -> Prompts.Kind.MALFORMED;
      case 1 -> Prompts.Kind.EMPTY;
      case 2 -> Prompts.Kind.TOO_LONG;
      case 3 -> Prompts.Kind.TOMBSTONE;
      case 4, 5 -> Prompts.Kind.HELD_OUT;
      default -> Prompts.Kind.SCORABLE;
    };
  }

  @Override
  public boolean hasOneEnd() {
    return true;
  }

  @Override
  public Course course(Disturbances disturbances, Plant plant, long seed, World.Trace trace) {
    return new TeacherWorld(this, disturbances, plant, seed, trace);
  }

  /** How the topics are laid out. */
  TopicSettings topics() {
    return TopicSettings.from(configuration);
  }

  /** In words, for who looks at a failure. */
  @Override
  public String toString() {
    return "scenario %d, of teachers: %d partitions, %d transactions%s, %s"
        .formatted(
            number,
            partitions,
            transactions.size(),
            isLive ? ", live" : "",
            new TreeMap<>(settings));
  }
}
