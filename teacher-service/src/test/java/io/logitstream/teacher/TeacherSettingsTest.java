package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.teacher.TeacherSettings.ComputeChoice;
import io.logitstream.teacher.backpressure.BackpressureSettings;
import io.logitstream.teacher.batching.WindowCutter;
import io.logitstream.teacher.coding.CodingSettings;
import io.logitstream.teacher.coding.PayloadCoding;
import io.logitstream.teacher.coding.PriorSchedule;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.TeacherEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherSettingsTest {
  @TempDir private Path directory;

  @Test
  void onlyTheModelHasNoDefault() {
    assertThat(settings(Map.of("teacher.model", "m")))
        .isEqualTo(
            new TeacherSettings(
                Path.of("m"),
                Optional.empty(),
                Optional.empty(),
                "auto",
                0,
                ComputeChoice.AUTO,
                TeacherEncoding.SAMPLED,
                TeacherEncoding.FULL,
                32,
                SampleSizing.Target.NONE,
                0,
                50,
                1f,
                new CodingSettings(PayloadCoding.CODED, new PriorSchedule(256, 1 << 16)),
                new WindowCutter(256, 0),
                1 << 16,
                128,
                4096,
                Duration.ofMillis(50),
                "logitstream-teacher",
                Duration.ofSeconds(15),
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                new BackpressureSettings(
                    List.of(), 5_000, Duration.ofSeconds(1), Duration.ofMinutes(2))));
    assertThatThrownBy(() -> settings(Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("teacher.model has no value");
  }

  @Test
  void everySettingCanBeGiven() {
    assertThat(
            settings(
                Map.ofEntries(
                    Map.entry("teacher.model", "m"),
                    Map.entry("teacher.name", "n"),
                    Map.entry("teacher.revision", "r"),
                    Map.entry("teacher.device", "cpu"),
                    Map.entry("teacher.threads", "2"),
                    Map.entry("teacher.compute-type", "bf16"),
                    Map.entry("teacher.encoding", "sampled"),
                    Map.entry("teacher.evaluation-encoding", "sampled"),
                    Map.entry("teacher.sample-size", "7"),
                    Map.entry("teacher.sample-target", "bytes"),
                    Map.entry("teacher.sample-target-value", "9.5"),
                    Map.entry("teacher.top-k", "5"),
                    Map.entry("teacher.temperature", "2"),
                    Map.entry("teacher.coding", "plain"),
                    Map.entry("teacher.prior-first-records", "8"),
                    Map.entry("teacher.prior-refresh-records", "9"),
                    Map.entry("teacher.window-tokens", "100"),
                    Map.entry("teacher.window-overlap", "10"),
                    Map.entry("teacher.max-prompt-tokens", "1000"),
                    Map.entry("teacher.batch-tokens", "500"),
                    Map.entry("teacher.max-batch-wait", "1s"),
                    Map.entry("teacher.group", "g"),
                    Map.entry("teacher.session-timeout", "20s"),
                    Map.entry("teacher.max-prompt-mib", "64"),
                    Map.entry("teacher.max-poll-interval", "1m"),
                    Map.entry("teacher.transaction-timeout", "10s"),
                    Map.entry("backpressure.groups", "a,b"),
                    Map.entry("backpressure.max-lag", "9"),
                    Map.entry("backpressure.check-interval", "2s"),
                    Map.entry("backpressure.ignore-after", "3m"))))
        .isEqualTo(
            new TeacherSettings(
                Path.of("m"),
                Optional.of("n"),
                Optional.of("r"),
                "cpu",
                2,
                ComputeChoice.BF16,
                TeacherEncoding.SAMPLED,
                TeacherEncoding.SAMPLED,
                7,
                SampleSizing.Target.BYTES,
                9.5,
                5,
                2f,
                new CodingSettings(PayloadCoding.PLAIN, new PriorSchedule(8, 9)),
                new WindowCutter(100, 10),
                1000,
                64,
                500,
                Duration.ofSeconds(1),
                "g",
                Duration.ofSeconds(20),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                new BackpressureSettings(
                    List.of("a", "b"), 9, Duration.ofSeconds(2), Duration.ofMinutes(3))));
  }

  @Test
  void settingsThatContradictEachOtherAreRefusedByName() {
    assertRefused(
        Map.of("teacher.temperature", "2", "teacher.encoding", "full"), "teacher.temperature is 2");
    assertRefused(
        Map.of("teacher.window-tokens", "8", "teacher.window-overlap", "8"),
        "teacher.window-overlap is 8");
    assertRefused(Map.of("teacher.sample-target", "bytes"), "a target has a value over 0");
    assertRefused(Map.of("teacher.sample-target-value", "9"), "a target has a value over 0");
    assertRefused(
        Map.of(
            "teacher.sample-target",
            "variance",
            "teacher.sample-target-value",
            "0.01",
            "teacher.encoding",
            "top-k"),
        "is for sampled records");
    assertRefused(Map.of("teacher.group", " "), "teacher.group is empty");
  }

  @Test
  void aModelThatDoesNotFitTheSettingsIsRefusedByName() {
    Path weights = TinyTeacher.withWeights(directory.resolve("weights"));
    Path none = TinyTeacher.withoutWeights(directory.resolve("none"));
    assertThatThrownBy(() -> open(none)).hasMessageContaining("no model.safetensors");
    assertThatThrownBy(() -> open(weights, "teacher.window-tokens", "65537"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("teacher.window-tokens is 65537, but the model reads at most 65536");
    assertThatThrownBy(() -> open(weights, "teacher.window-tokens", "65536"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("as FULL, but a record holds");
    assertThatThrownBy(
            () ->
                open(
                    weights,
                    "teacher.window-tokens",
                    "65536",
                    "teacher.sample-size",
                    "64",
                    "teacher.evaluation-encoding",
                    "sampled"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("as SAMPLED, but a record holds");
    assertThatThrownBy(() -> open(weights, "teacher.encoding", "top-k", "teacher.top-k", "259"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("teacher.top-k is 259, but the model has 258 ids");
    assertThatThrownBy(() -> open(none, "teacher.encoding", "labels", "teacher.name", "a/b"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("teacher.name is 'a/b'");
  }

  @Test
  void aSafetensorsFileThatWasCutOffIsRefusedByName() throws IOException {
    Path file = TinyTeacher.withWeights(directory).resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 100));

    assertThatThrownBy(() -> open(directory))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("teacher.model cannot be used: " + file);
  }

  @Test
  void aConfigJsonOfAnotherArchitectureIsRefusedByName() throws IOException {
    Path file = TinyTeacher.withWeights(directory).resolve("config.json");
    Files.writeString(file, Files.readString(file).replace("\"llama\"", "\"mamba\""));

    assertThatThrownBy(() -> open(directory))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("teacher.model cannot be used: " + directory)
        .hasMessageContaining("model_type is 'mamba'");
  }

  private static TeacherModel open(Path model, String... namesAndValues) throws IOException {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("teacher.model", model.toString());
    for (int index = 0; index < namesAndValues.length; index += 2) {
      overrides.put(namesAndValues[index], namesAndValues[index + 1]);
    }
    return TeacherModel.open(settings(overrides));
  }

  private static void assertRefused(Map<String, String> wrong, String message) {
    Map<String, String> all = new HashMap<>(wrong);
    all.put("teacher.model", "m");
    assertThatThrownBy(() -> settings(all))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private static TeacherSettings settings(Map<String, String> overrides) {
    return TeacherSettings.from(
        Configuration.load(TeacherSettings.SETTINGS, ConfigurationLayers.of(overrides)));
  }
}
