package io.logitstream.console.demo;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.ServiceRunner;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.metrics.Meters;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import io.logitstream.teacher.TeacherService;
import io.logitstream.teacher.TeacherSettings;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Broker, registry, topics and the three services in this process, and who watches them. */
final class DemoPipeline implements AutoCloseable {
  private static final Duration SERVICE_DRAIN = Duration.ofSeconds(60);

  /**
   * They share the partitions. One cannot keep a trainer busy; with two, of one thread each, the
   * bounded lag decides how the cores are divided.
   */
  private static final int TEACHERS = 2;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final TrainerProgress trainerProgress = new TrainerProgress();
  private final StopSignal stop;
  private final EmbeddedBroker broker;
  private final Configuration configuration;
  private final KafkaClients clients;
  private final double coldStartSeconds;
  private final Observations observations;
  private final PipelineWatcher watcher;
  private final SampleWriter samples;
  private final LineageIndex index;
  private final Thread services;

  private DemoPipeline(
      DemoRequest request, Function<Map<String, String>, Configuration> settings, StopSignal stop) {
    this.stop = stop;
    try {
      this.broker =
          open(
              EmbeddedBroker.start(new EmbeddedBrokerSettings(request.data().resolve("kafka"), 0)));
      EmbeddedRegistry registry = open(EmbeddedRegistry.start(broker.bootstrapServers(), 0));
      this.configuration =
          settings.apply(
              Map.of(
                  "kafka.bootstrap.servers",
                  broker.bootstrapServers(),
                  "registry.url",
                  registry.url()));
      KafkaSettings kafka = KafkaSettings.from(configuration);
      this.clients = new KafkaClients(kafka, "demo");
      createTopics(kafka);
      Health health = new Health();
      this.index =
          new LineageIndex(
              IndexSettings.from(configuration),
              kafka,
              open(new Meters("index")).registry(),
              health);
      Map<String, Service> running = services(health);
      String run = TrainerSettings.from(configuration).run();
      this.coldStartSeconds = DemoReport.processSeconds();
      this.observations = new Observations(run, System.nanoTime());
      this.watcher = PipelineWatcher.open(clients, observations);
      this.samples = new SampleWriter(request.teacher(), clients, observations, stop);
      ServiceRunner runner = new ServiceRunner(stop, SERVICE_DRAIN, new Health());
      this.services = new Thread(() -> runner.run(running), "services");
      services.setDaemon(true);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Reads all settings, so that wrong ones are told before anything is started. */
  static void requireUsable(Configuration configuration) {
    ProducerSettings.from(configuration);
    TeacherSettings.from(configuration);
    TrainerSettings.from(configuration);
    TopicSettings.from(configuration);
    IndexSettings.from(configuration);
  }

  /** Starts everything; the clock of the demo runs from here. */
  static DemoPipeline start(
      DemoRequest request, Function<Map<String, String>, Configuration> settings, StopSignal stop) {
    DemoPipeline pipeline = new DemoPipeline(request, settings, stop);
    pipeline.services.start();
    pipeline.samples.start();
    return pipeline;
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Where the lineage index answers; empty while it does not listen. */
  Optional<String> indexUrl() {
    return index.url();
  }

  KafkaClients clients() {
    return clients;
  }

  Observations observations() {
    return observations;
  }

  TrainerProgress.Snapshot trainer() {
    return trainerProgress.snapshot();
  }

  /** From the process's start to the services'. */
  double coldStartSeconds() {
    return coldStartSeconds;
  }

  boolean isRunning() {
    return services.isAlive();
  }

  Snapshot snapshot() {
    return observations.snapshot(System.nanoTime());
  }

  Optional<WritingSample> sample() {
    return samples.newest();
  }

  /** Stops the services and waits for them; what made one of them fail, if one did. */
  Optional<Throwable> stopServices() throws InterruptedException {
    stop.request();
    services.join(SERVICE_DRAIN.plusSeconds(5).toMillis());
    samples.join();
    return Optional.ofNullable(failure.get());
  }

  /** Reads the topics to their ends; how things stood when the services ended. */
  Snapshot finish() {
    long ended = System.nanoTime();
    watcher.close();
    return observations.snapshot(ended);
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }

  private void createTopics(KafkaSettings kafka) {
    try (Admin admin = clients.admin()) {
      TopicSettings topics = TopicSettings.from(configuration);
      Topics.create(admin, topics.pipeline());
      Topics.verify(admin, topics.pipeline());
    }
    SchemaRegistration.register(kafka);
  }

  private Map<String, Service> services(Health health) {
    PromptProducer producer =
        new PromptProducer(
            ProducerSettings.from(configuration), open(new Meters("producer")).registry(), health);
    StudentTrainer trainer =
        new StudentTrainer(
            TrainerSettings.from(configuration),
            KafkaSettings.from(configuration),
            TopicSettings.from(configuration),
            open(new Meters("trainer")).registry(),
            health,
            trainerProgress);
    Map<String, Service> services = new LinkedHashMap<>();
    services.put("producer", watched(producer));
    for (int teacher = 1; teacher <= TEACHERS; teacher++) {
      String name = "teacher-" + teacher;
      services.put(
          name,
          watched(new TeacherService(configuration, open(new Meters(name)).registry(), health)));
    }
    services.put(
        "trainer",
        watched(
            signal -> {
              trainer.run(signal);
              signal.request(); // a student that has learned its steps ends the demo
            }));
    services.put("index", watched(index));
    return services;
  }

  private Service watched(Service service) {
    return signal -> {
      try {
        service.run(signal);
      } catch (Exception | Error e) {
        failure.compareAndSet(null, e);
        throw e;
      }
    };
  }
}
