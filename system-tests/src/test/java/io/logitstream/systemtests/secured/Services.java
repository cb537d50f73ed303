package io.logitstream.systemtests.secured;

import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.access.AuthorizedService;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.producer.OfferedOptions;
import io.logitstream.producer.lines.LinesPromptProducer;
import io.logitstream.producer.lines.LinesSettings;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerProgress;
import io.logitstream.trainer.TrainerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The services of one pipeline, wired as the console wires them, each as a user of its own. */
final class Services {
  static final String SOURCE = "lines";
  static final String GROUP = "teachers";
  static final String RUN = "run";
  static final String INDEX = "index";

  /** Prompts of {@link #producer}, of which a teacher condemns one. */
  static final int PROMPTS = 9;

  private final Map<String, String> common;
  private final String prefix;
  private final String group;
  private final MeterRegistry meters = new SimpleMeterRegistry();

  /**
   * @param common settings of all services: where Kafka and the registry are, the topics' prefix
   */
  Services(Map<String, String> common) {
    this(common, GROUP);
  }

  private Services(Map<String, String> common, String group) {
    this.common = Map.copyOf(common);
    this.prefix = common.getOrDefault("topics.prefix", "");
    this.group = group;
  }

  /** The same services, but for the name of the teachers' group. */
  Services withGroup(String other) {
    return new Services(common, other);
  }

  /** The teachers' group. */
  String group() {
    return group;
  }

  /** What the services' own Kafka clients measure. */
  MeterRegistry meters() {
    return meters;
  }

  ServiceRights rights() {
    return new ServiceRights(prefix);
  }

  /** Publishes nine prompts, one of which is no text, and ends. */
  LinesPromptProducer producer(Map<String, String> client, String batch) {
    StringBuilder lines = new StringBuilder();
    for (int line = 1; line < PROMPTS; line++) {
      lines.append(
          "{\"key\": \"%s-%d\", \"text\": \"public final class C%d {}\"}\n"
              .formatted(batch, line, line));
    }
    lines.append(
        "{\"key\": \"%s-chat\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}\n"
            .formatted(batch));
    List<Setting<?>> known = new ArrayList<>(OfferedOptions.SETTINGS);
    known.addAll(LinesSettings.SETTINGS);
    Configuration configuration =
        configuration(known, client, Map.of("source.name", SOURCE, "held-out.share", "0"));
    return new LinesPromptProducer(
        OfferedOptions.read(configuration),
        LinesSettings.from(configuration),
        new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)),
        meters,
        new Health());
  }

  /** Scores prompts until it is stopped, and looks at the run's lag. */
  TeacherService teacher(Map<String, String> client) {
    return new TeacherService(
        configuration(
            TeacherService.settings(),
            client,
            Map.of(
                "teacher.model", Path.of("..", "demo-teacher").toString(),
                "teacher.group", group,
                "backpressure.groups", RUN)),
        meters,
        new Health());
  }

  /** Trains until there is nothing more to train on. */
  StudentTrainer trainer(Map<String, String> client, TrainerProgress progress) {
    List<Setting<?>> known = new ArrayList<>(TrainerSettings.SETTINGS);
    known.addAll(KafkaSettings.SETTINGS);
    known.addAll(TopicSettings.SETTINGS);
    Configuration configuration =
        configuration(
            known,
            client,
            Map.of(
                "run", RUN,
                "student.model", Path.of("..", "demo-student").toString(),
                "compute.type", "f32",
                "train.step-records", "4",
                "train.stop-when-idle", "true",
                "train.idle-time", "500ms",
                "checkpoint.keep", "2",
                "evaluation.windows", "1",
                "evaluation.wait", "100ms"));
    return new StudentTrainer(
        TrainerSettings.from(configuration),
        KafkaSettings.from(configuration),
        TopicSettings.from(configuration),
        meters,
        new Health(),
        progress);
  }

  /** Keeps the lineage index until it is stopped. */
  LineageIndex index(Map<String, String> client, Path folder) {
    List<Setting<?>> known = new ArrayList<>(IndexSettings.SETTINGS);
    known.addAll(KafkaSettings.SETTINGS);
    Configuration configuration =
        configuration(
            known,
            client,
            Map.of("index.group", INDEX, "index.port", "0", "index.data", folder.toString()));
    return new LineageIndex(
        IndexSettings.from(configuration), KafkaSettings.from(configuration), meters, new Health());
  }

  /** A service as the console runs it. */
  Service authorized(Service service, NeededRights needed, Map<String, String> client) {
    return new AuthorizedService(
        service,
        needed,
        new KafkaClients(kafka(client), "rights"),
        new Health(),
        new SplittableRandom(1));
  }

  /** How a user reaches Kafka and the registry. */
  KafkaSettings kafka(Map<String, String> client) {
    return KafkaSettings.from(configuration(KafkaSettings.SETTINGS, client, Map.of()));
  }

  private Configuration configuration(
      List<Setting<?>> known, Map<String, String> client, Map<String, String> values) {
    Map<String, String> all = new HashMap<>(common);
    all.putAll(values);
    client.forEach((name, value) -> all.put("kafka." + name, value));
    List<Setting<?>> settings = new ArrayList<>(known);
    TopicSettings.SETTINGS.stream()
        .filter(setting -> !known.contains(setting))
        .forEach(settings::add);
    return Configuration.load(settings, ConfigurationLayers.of(all));
  }
}
