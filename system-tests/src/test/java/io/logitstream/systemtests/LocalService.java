package io.logitstream.systemtests;

import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.platform.surroundings.SurroundingsWatch;
import io.logitstream.producer.OfferedOptions;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import io.logitstream.producer.http.HttpPromptProducer;
import io.logitstream.producer.http.HttpSettings;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A service on a thread of this process, watched as the console watches it. */
final class LocalService implements AutoCloseable {
  private static final Duration OFTEN = Duration.ofMillis(200);
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final long END_WITHIN_SECONDS = 180;

  private final String name;
  private final Health health;
  private final StopSignal stop = new StopSignal();
  private final FutureTask<Void> work;
  private final SurroundingsWatch watch;

  private LocalService(String name, KafkaSettings kafka, Health health, Service service) {
    this.name = name;
    this.health = health;
    this.work =
        new FutureTask<>(
            () -> {
              service.run(stop);
              return null;
            });
    this.watch = SurroundingsWatch.start(kafka, OFTEN, BRIEF, health);
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  static LocalService producer(Map<String, String> values) {
    Configuration configuration = load(values, ProducerSettings.SETTINGS);
    Health health = new Health();
    return new LocalService(
        "producer",
        KafkaSettings.from(configuration),
        health,
        new PromptProducer(
            ProducerSettings.from(configuration), new SimpleMeterRegistry(), health));
  }

  static LocalService intake(Map<String, String> values) {
    List<Setting<?>> settings = new ArrayList<>(OfferedOptions.SETTINGS);
    settings.addAll(HttpSettings.SETTINGS);
    Configuration configuration = load(values, settings);
    Health health = new Health();
    return new LocalService(
        "intake",
        KafkaSettings.from(configuration),
        health,
        new HttpPromptProducer(
            OfferedOptions.read(configuration),
            HttpSettings.from(configuration),
            new SimpleMeterRegistry(),
            health));
  }

  static LocalService teacher(Map<String, String> values) {
    Configuration configuration = load(values, TeacherService.settings());
    Health health = new Health();
    return new LocalService(
        "teacher",
        KafkaSettings.from(configuration),
        health,
        new TeacherService(configuration, new SimpleMeterRegistry(), health));
  }

  static LocalService trainer(Map<String, String> values) {
    List<Setting<?>> settings = new ArrayList<>(KafkaSettings.SETTINGS);
    settings.addAll(TopicSettings.SETTINGS);
    settings.addAll(TrainerSettings.SETTINGS);
    Configuration configuration = load(values, settings);
    Health health = new Health();
    return new LocalService(
        "trainer",
        KafkaSettings.from(configuration),
        health,
        new StudentTrainer(
            TrainerSettings.from(configuration),
            KafkaSettings.from(configuration),
            TopicSettings.from(configuration),
            new SimpleMeterRegistry(),
            health,
            new TrainerProgress()));
  }

  static LocalService index(Map<String, String> values) {
    List<Setting<?>> settings = new ArrayList<>(KafkaSettings.SETTINGS);
    settings.addAll(IndexSettings.SETTINGS);
    Configuration configuration = load(values, settings);
    Health health = new Health();
    return new LocalService(
        "index",
        KafkaSettings.from(configuration),
        health,
        new LineageIndex(
            IndexSettings.from(configuration),
            KafkaSettings.from(configuration),
            new SimpleMeterRegistry(),
            health));
  }

  String name() {
    return name;
  }

  boolean isReady() {
    return health.isReady();
  }

  boolean hasEnded() {
    return work.isDone();
  }

  /** How it stands, as {@code /readyz} says it. */
  String readiness() {
    return String.join("\n", health.reasons());
  }

  /** What it ends with by itself. */
  LogitstreamException failure() throws InterruptedException, TimeoutException {
    try {
      work.get(END_WITHIN_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError(name + " ended without a failure");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LogitstreamException known) {
        return known;
      }
      throw new AssertionError(name + " did not say what is wrong", e.getCause());
    }
  }

  /** Stops it, and says whether it worked or waited until then. */
  boolean stopsInOrder() throws InterruptedException, TimeoutException {
    stop.request();
    try {
      work.get(END_WITHIN_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      return e.getCause() instanceof StoppedException;
    }
  }

  private static Configuration load(Map<String, String> values, List<Setting<?>> settings) {
    return Configuration.load(settings, ConfigurationLayers.of(values));
  }

  /** Stops it; its failure, if there was one, is for {@link #failure}. */
  @Override
  public void close() throws InterruptedException, TimeoutException {
    stop.request();
    try {
      work.get(END_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      // Told by failure(), where a test expects it; else it is not ready, and the test has failed.
    } finally {
      watch.close();
    }
  }
}
