package io.logitstream.trainer.recovery;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.trainer.training.TrainingSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudentModelTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(23, 16, 24, 2, 4, 2, 4, 1e-5, 10_000, true, 64, null, null);

  @TempDir Path directory;

  @BeforeEach
  void write() throws Exception {
    ModelDirectory.write(
        directory,
        CONFIG,
        Weights.initialise(CONFIG, 3),
        TensorType.F32,
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aSafetensorsFileThatWasCutOffIsRefusedByName() throws Exception {
    Path file = directory.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 100));

    assertThatThrownBy(this::read)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.model cannot be used: " + file)
        .hasMessageContaining("the file was cut off");
  }

  @Test
  void aConfigJsonOfAnotherArchitectureIsRefusedByName() throws Exception {
    Path file = directory.resolve("config.json");
    Files.writeString(file, Files.readString(file).replace("\"llama\"", "\"mamba\""));

    assertThatThrownBy(this::read)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.model cannot be used: " + directory)
        .hasMessageContaining("model_type is 'mamba'");
  }

  private StudentModel read() {
    return StudentModel.read(
        TrainingSettings.from(
            Configuration.load(
                TrainingSettings.SETTINGS,
                ConfigurationLayers.of(Map.of("student.model", directory.toString())))));
  }
}
