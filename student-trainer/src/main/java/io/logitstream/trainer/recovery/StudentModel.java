package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelConfigJson;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The student as the run begins with it.
 *
 * @param config its shape
 * @param weights its weights at sequence 0
 * @param tokenizerJson tokenizer.json
 * @param tokenizerSha256 SHA-256 (hex) of tokenizer.json
 */
public record StudentModel(
    ModelConfig config, Weights weights, byte[] tokenizerJson, String tokenizerSha256) {
  private static final String WEIGHTS = "weights";
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";

  /** The artifacts of a checkpoint that a student is made of. */
  public static final List<String> ARTIFACTS = List.of(WEIGHTS, CONFIG, TOKENIZER);

  /**
   * Reads a Hugging Face directory; without weights they are drawn from the seed.
   *
   * @throws ConfigurationException if the directory holds no model that this build can train
   */
  public static StudentModel read(Path directory, long seed) {
    try {
      ModelDirectory model = ModelDirectory.open(directory);
      return new StudentModel(
          model.config(),
          model.hasWeights() ? model.weights() : Weights.initialise(model.config(), seed),
          model.tokenizerJson(),
          model.tokenizerSha256());
    } catch (UnsupportedModelException | SafetensorsException e) {
      throw new ConfigurationException("student.model cannot be used: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "student.model is %s, which could not be read: %s".formatted(directory, e));
    }
  }

  /** The student that a checkpoint holds; {@link #ARTIFACTS} of it were read. */
  public static StudentModel of(WholeCheckpoint checkpoint) {
    ModelConfig config = ModelConfig.parse(checkpoint.artifact(CONFIG));
    byte[] tokenizerJson = checkpoint.artifact(TOKENIZER);
    return new StudentModel(
        config,
        Weights.fromBytes(config, ByteBuffer.wrap(checkpoint.artifact(WEIGHTS))),
        tokenizerJson,
        Sha256.of(tokenizerJson));
  }

  /** config.json as checkpoints hold it. */
  public byte[] configJson() {
    return ModelConfigJson.write(config, "float32");
  }

  /**
   * Checks that a run goes on with the student that it was started with.
   *
   * @throws ConfigurationException naming what differs
   */
  public void checkAgainst(CheckpointManifest manifest) {
    List<String> problems = new ArrayList<>();
    if (!manifest.getTokenizerSha256().equals(tokenizerSha256)) {
      problems.add(
          "student.model has tokenizer %s, run %s has %s"
              .formatted(tokenizerSha256, manifest.getRun(), manifest.getTokenizerSha256()));
    }
    if (!manifest.getInitialStudentSha256().equals(weights.sha256())) {
      problems.add(
          "student.model has weights %s, run %s was started with %s"
              .formatted(weights.sha256(), manifest.getRun(), manifest.getInitialStudentSha256()));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
