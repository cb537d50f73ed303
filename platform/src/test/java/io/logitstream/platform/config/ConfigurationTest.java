package io.logitstream.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.logitstream.platform.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  private enum Encoding {
    LABELS,
    TOP_K
  }

  private static final Setting<String> NAME = Setting.requiredText("source.name", "The source.");
  private static final Setting<Integer> BATCH =
      Setting.integer("batch.max-records", 16, 1, 64, "Records in a batch.");
  private static final Setting<Long> STEPS =
      Setting.whole("max-steps", 0, 0, Long.MAX_VALUE, "Steps.");
  private static final Setting<Double> RATE =
      Setting.decimal("learning-rate", 0.001, 0, 1, "The rate.");
  private static final Setting<Boolean> FLAG = Setting.flag("stop.when-idle", false, "Stop.");
  private static final Setting<Duration> INTERVAL =
      Setting.duration("report.interval", "30s", "Pause between reports.");
  private static final Setting<Encoding> ENCODING =
      Setting.choice("teacher.encoding", Encoding.class, Encoding.LABELS, "The encoding.");
  private static final Setting<List<String>> GROUPS =
      Setting.list("backpressure.groups", List.of(), "The groups.");
  private static final Setting<Optional<Path>> MODEL =
      Setting.optionalPath("teacher.model", "The directory.");
  private static final Setting<String> PASSWORD =
      Setting.text("registry.basic-auth", "", "The password.").asSecret();
  private static final List<Setting<?>> KNOWN =
      List.of(NAME, BATCH, STEPS, RATE, FLAG, INTERVAL, ENCODING, GROUPS, MODEL, PASSWORD);

  @TempDir Path folder;

  @Test
  void defaultsHoldWhereNothingIsGiven() {
    Configuration configuration = Configuration.load(KNOWN, ConfigurationLayers.none());

    assertThat(configuration.get(BATCH)).isEqualTo(16);
    assertThat(configuration.get(STEPS)).isZero();
    assertThat(configuration.get(RATE)).isEqualTo(0.001);
    assertThat(configuration.get(FLAG)).isFalse();
    assertThat(configuration.get(INTERVAL)).isEqualTo(Duration.ofSeconds(30));
    assertThat(configuration.get(ENCODING)).isEqualTo(Encoding.LABELS);
    assertThat(configuration.get(GROUPS)).isEmpty();
    assertThat(configuration.get(MODEL)).isEmpty();
  }

  @Test
  void everyKindOfValueIsRead() {
    Configuration configuration =
        Configuration.load(
            KNOWN,
            ConfigurationLayers.of(
                Map.of(
                    "batch.max-records", "64",
                    "max-steps", "10_000_000_000",
                    "learning-rate", "1e-4",
                    "stop.when-idle", "TRUE",
                    "report.interval", "250ms",
                    "teacher.encoding", "top-k",
                    "backpressure.groups", "a, b,",
                    "teacher.model", "/models/teacher",
                    "source.name", "kotlin ${not.expanded}")));

    assertThat(configuration.get(BATCH)).isEqualTo(64);
    assertThat(configuration.get(STEPS)).isEqualTo(10_000_000_000L);
    assertThat(configuration.get(RATE)).isEqualTo(1e-4);
    assertThat(configuration.get(FLAG)).isTrue();
    assertThat(configuration.get(INTERVAL)).isEqualTo(Duration.ofMillis(250));
    assertThat(configuration.get(ENCODING)).isEqualTo(Encoding.TOP_K);
    assertThat(configuration.get(GROUPS)).containsExactly("a", "b");
    assertThat(configuration.get(MODEL)).contains(Path.of("/models/teacher"));
    assertThat(configuration.get(NAME)).isEqualTo("kotlin ${not.expanded}");
  }

  @Test
  void aStrongerLayerHidesAWeakerOne() throws IOException {
    Path file = file("batch.max-records=3\nmax-steps=3\nlearning-rate=0.3\n");
    Map<String, String> command =
        Map.of(
            "batch.max-records", "2", "max-steps", "2", "learning-rate", "0.2", "source.name", "2");
    Map<String, String> environment =
        Map.of("LOGITSTREAM_BATCH_MAX_RECORDS", "4", "LOGITSTREAM_MAX_STEPS", "4", "HOME", "/");

    Configuration configuration =
        Configuration.load(
            KNOWN,
            new ConfigurationLayers(
                command, Optional.of(file), environment, Map.of("batch.max-records", "5")));

    assertThat(configuration.get(BATCH)).isEqualTo(5);
    assertThat(configuration.get(STEPS)).isEqualTo(4);
    assertThat(configuration.get(RATE)).isEqualTo(0.3);
    assertThat(configuration.get(NAME)).isEqualTo("2");
  }

  @Test
  void allProblemsAreReportedAtOnceWithTheirOrigins() throws IOException {
    Path file = file("batch.max-records=many\nbatch.max-record=3\n");

    ConfigurationException failure =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                Configuration.load(
                    KNOWN,
                    KNOWN,
                    new ConfigurationLayers(
                        Map.of(),
                        Optional.of(file),
                        Map.of("LOGITSTREAM_LEARNING_RATE", "2.5", "LOGITSTREAM_MAX_STEP", "1"),
                        Map.of("teacher.encoding", "wide", "colour", "red"))));

    assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION);
    assertThat(failure.problems())
        .containsExactlyInAnyOrder(
            "LOGITSTREAM_MAX_STEP is not a setting (from the environment); did you mean"
                + " LOGITSTREAM_MAX_STEPS?",
            "batch.max-record is not a setting (from the file "
                + file
                + "); did you mean batch.max-records?",
            "batch.max-records is 'many' (from the file "
                + file
                + "), expected a whole number from 1 to 64",
            "colour is not a setting (from --set)",
            "learning-rate is '2.5' (from the environment), expected a number from 0.0 to 1.0",
            "source.name has no value: set it in the file, as LOGITSTREAM_SOURCE_NAME or with --set"
                + " source.name=…; expected a non-empty text (The source.)",
            "teacher.encoding is 'wide' (from --set), expected one of labels, top-k");
    assertThat(failure).hasMessageStartingWith("7 problems in the configuration:");
  }

  @Test
  void valuesOutOfRangeOrOfAnotherKindAreRefused() {
    for (Map.Entry<String, String> bad :
        List.of(
            Map.entry("batch.max-records", "0"),
            Map.entry("batch.max-records", "65"),
            Map.entry("batch.max-records", "99999999999999999999"),
            Map.entry("batch.max-records", ""),
            Map.entry("learning-rate", "NaN"),
            Map.entry("learning-rate", "-0.1"),
            Map.entry("stop.when-idle", "yes"),
            Map.entry("report.interval", "30"),
            Map.entry("report.interval", "-5s"),
            Map.entry("report.interval", "999999999999d"),
            Map.entry("source.name", " "))) {
      assertThatThrownBy(
              () ->
                  Configuration.load(
                      KNOWN, ConfigurationLayers.of(Map.of(bad.getKey(), bad.getValue()))))
          .as("%s", bad)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("%s is '%s' (from --set)".formatted(bad.getKey(), bad.getValue()));
    }
  }

  @Test
  void aRequiredSettingOfAnotherServiceMayBeMissingUntilItIsRead() {
    Configuration configuration =
        Configuration.load(KNOWN, List.of(BATCH), ConfigurationLayers.none());

    assertThatThrownBy(() -> configuration.get(NAME))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("source.name has no value");
  }

  @Test
  void secretsMayLieInFilesOfTheirOwn() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "user:word\n");
    Path key = Files.writeString(folder.resolve("key"), "jaas ${x};\n");

    Configuration configuration =
        Configuration.load(
            KNOWN,
            new ConfigurationLayers(
                Map.of(),
                Optional.of(file("registry.basic-auth-file=" + secret)),
                Map.of("LOGITSTREAM_KAFKA_SASL_JAAS_CONFIG_FILE", key.toString()),
                Map.of("kafka.ssl.key.password-file", secret.toString())));

    assertThat(configuration.get(PASSWORD)).isEqualTo("user:word");
    assertThat(configuration.kafka())
        .containsEntry("sasl.jaas.config", "jaas ${x};")
        .containsEntry("ssl.key.password", "user:word");
    assertThat(configuration.printable())
        .containsEntry("registry.basic-auth", Configuration.REDACTED)
        .containsEntry("kafka.sasl.jaas.config", Configuration.REDACTED);
    assertThat(configuration.origins())
        .containsEntry(
            "registry.basic-auth", "the file " + folder.resolve("logitstream.properties"))
        .containsEntry("kafka.sasl.jaas.config", "the environment")
        .containsEntry("kafka.ssl.key.password", "--set")
        .containsEntry("max-steps", "the default");
    assertThat(
            Configuration.load(
                    KNOWN,
                    new ConfigurationLayers(
                        Map.of(),
                        Optional.empty(),
                        Map.of("LOGITSTREAM_REGISTRY_BASIC_AUTH_FILE", secret.toString()),
                        Map.of()))
                .get(PASSWORD))
        .isEqualTo("user:word");
  }

  @Test
  void aSecretsFileThatCannotBeReadOrIsNoSecretsIsAProblem() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "x");
    assertThatThrownBy(
            () ->
                Configuration.load(
                    KNOWN,
                    ConfigurationLayers.of(Map.of("registry.basic-auth-file", "/not/there"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("registry.basic-auth-file is '/not/there' (from --set)");
    assertThatThrownBy(
            () ->
                Configuration.load(
                    KNOWN,
                    ConfigurationLayers.of(
                        Map.of(
                            "registry.basic-auth-file",
                            secret.toString(),
                            "registry.basic-auth",
                            "y"))))
        .hasMessageContaining("are both set")
        .hasMessageNotContaining("'y'");
    assertThatThrownBy(
            () ->
                Configuration.load(
                    KNOWN, ConfigurationLayers.of(Map.of("source.name-file", secret.toString()))))
        .hasMessageContaining("source.name-file is not a setting");
  }

  @Test
  void aFileThatIsNotThereIsAProblemByName() {
    Path missing = folder.resolve("missing.properties");

    assertThatThrownBy(
            () ->
                Configuration.load(
                    KNOWN,
                    new ConfigurationLayers(Map.of(), Optional.of(missing), Map.of(), Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(missing.toString());
  }

  @Test
  void namesOfClientsPassThrough() {
    Configuration configuration =
        Configuration.load(
            KNOWN,
            new ConfigurationLayers(
                Map.of(),
                Optional.empty(),
                Map.of("LOGITSTREAM_KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
                Map.of("kafka.linger.ms", "3", "registry.client.bearer.auth.token", "t0ken")));

    assertThat(configuration.kafka())
        .containsOnly(Map.entry("linger.ms", "3"), Map.entry("security.protocol", "SASL_SSL"));
    assertThat(configuration.registryClient())
        .containsOnly(Map.entry("bearer.auth.token", "t0ken"));
  }

  @Test
  void secretsAreNotPrinted() {
    Configuration configuration =
        Configuration.load(
            KNOWN,
            ConfigurationLayers.of(
                Map.of(
                    "registry.basic-auth", "user:hunter2",
                    "kafka.ssl.keystore.password", "hunter2",
                    "kafka.sasl.jaas.config", "… password=hunter2",
                    "registry.client.basic.auth.user.info", "user:hunter2",
                    "kafka.ssl.keystore.key", "hunter2",
                    "kafka.linger.ms", "3")));

    assertThat(configuration.toString()).doesNotContain("hunter2");
    assertThat(configuration.printable())
        .containsEntry("registry.basic-auth", Configuration.REDACTED)
        .containsEntry("kafka.linger.ms", "3")
        .containsEntry("batch.max-records", "16");
    assertThat(configuration.asMap()).containsEntry("registry.basic-auth", "user:hunter2");
    assertThat(List.copyOf(configuration.asMap().keySet())).isSorted();
  }

  @Test
  void aSecretThatIsNotAllowedIsNotPrintedEither() {
    Setting<Integer> pin = Setting.integer("pin", 1, 1, 2, "A pin.").asSecret();

    assertThatThrownBy(
            () -> Configuration.load(List.of(pin), ConfigurationLayers.of(Map.of("pin", "4711"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining("4711");
  }

  @Test
  void aSettingThatWasNotDeclaredCannotBeRead() {
    Configuration configuration = Configuration.load(List.of(), ConfigurationLayers.none());

    assertThatThrownBy(() -> configuration.get(BATCH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch.max-records");
  }

  @Test
  void settingsThatShareAnEnvironmentVariableAreRefused() {
    assertThatThrownBy(
            () ->
                Configuration.load(
                    List.of(Setting.flag("a.b", true, ""), Setting.flag("a-b", true, "")),
                    ConfigurationLayers.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LOGITSTREAM_A_B");
  }

  @Test
  void aSettingDescribesItself() {
    assertThat(BATCH.name()).isEqualTo("batch.max-records");
    assertThat(BATCH.type()).isEqualTo("integer");
    assertThat(BATCH.defaultText()).contains("16");
    assertThat(BATCH.allowed()).isEqualTo("a whole number from 1 to 64");
    assertThat(BATCH.environmentVariable()).isEqualTo("LOGITSTREAM_BATCH_MAX_RECORDS");
    assertThat(NAME.isRequired()).isTrue();
    assertThat(NAME.defaultText()).isEmpty();
    assertThat(PASSWORD.isSecret()).isTrue();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("logitstream.properties"), text);
  }
}
