package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.AdapterConfigJson;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelConfigJson;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The student as the run begins with it.
 *
 * @param config its shape, with the adapters where these are trained
 * @param weights its weights at sequence 0, adapters included
 * @param tokenizerJson tokenizer.json
 * @param tokenizerSha256 SHA-256 (hex) of tokenizer.json
 */
public record StudentModel(
    ModelConfig config, Weights weights, byte[] tokenizerJson, String tokenizerSha256) {
  private static final Logger LOGGER = LoggerFactory.getLogger(StudentModel.class);
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";

  /**
   * The artifacts of a checkpoint that a student is made of.
   *
   * @param adapted whether adapters are trained
   */
  public static List<String> artifacts(boolean adapted) {
    return adapted
        ? List.of(
            LearnedWeights.BASE,
            LearnedWeights.ADAPTER,
            LearnedWeights.ADAPTER_CONFIG,
            CONFIG,
            TOKENIZER)
        : List.of(LearnedWeights.WEIGHTS, CONFIG, TOKENIZER);
  }

  /**
   * Reads a Hugging Face directory; without weights they are drawn from the seed. Where adapters
   * are trained, these are read or drawn too.
   *
   * @throws ConfigurationException if the directory holds no model that this build can train
   */
  public static StudentModel read(TrainingSettings settings) {
    Path directory = settings.model();
    try {
      ModelDirectory model = ModelDirectory.open(directory);
      StudentModel base =
          new StudentModel(
              model.config(),
              model.hasWeights()
                  ? model.weights()
                  : Weights.initialise(model.config(), settings.seed()),
              model.tokenizerJson(),
              model.tokenizerSha256());
      if (settings.lowRank().isPresent()) {
        if (!model.hasWeights()) {
          throw new ConfigurationException(
              "adapters are trained (student.lora.rank is %d), and student.model %s has no weights that they could be beside: name a model that has learned, or train its weights"
                  .formatted(settings.lowRank().get().rank(), directory));
        }
        return base.with(settings.lowRank().get(), settings);
      }
      return base;
    } catch (UnsupportedModelException | SafetensorsException e) {
      throw new ConfigurationException("student.model cannot be used: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "student.model is %s, which could not be read: %s".formatted(directory, e));
    }
  }

  private StudentModel with(LowRank adapter, TrainingSettings settings) {
    try {
      ModelConfig adapted = config.with(adapter);
      LOGGER.info(
          "{} parameters are trained, in adapters of rank {} beside {} that stand still",
          WeightLayout.of(adapted).learnedParameters(),
          adapter.rank(),
          config.parameters());
      return new StudentModel(adapted, adapters(adapted, settings), tokenizerJson, tokenizerSha256);
    } catch (UnsupportedModelException | SafetensorsException e) {
      throw new ConfigurationException(
          settings
                  .adapter()
                  .map(directory -> "student.adapter cannot be used: ")
                  .orElse("student.lora.targets: ")
              + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "student.adapter is %s, which could not be read: %s"
              .formatted(settings.adapter().orElseThrow(), e));
    }
  }

  private Weights adapters(ModelConfig adapted, TrainingSettings settings) throws IOException {
    if (settings.adapter().isEmpty()) {
      return AdaptedWeights.initialise(adapted, weights, settings.seed());
    }
    AdapterDirectory directory = AdapterDirectory.open(settings.adapter().get());
    if (directory.hadDropout()) {
      LOGGER.warn(
          "the adapters of {} were trained with dropout (lora_dropout): they are trained on without",
          settings.adapter().get());
    }
    return directory.onto(config, weights);
  }

  /**
   * The student that a checkpoint holds; {@link #artifacts} of it were read.
   *
   * @param lowRank the adapters that are trained; empty: the weights are
   * @throws ConfigurationException if the checkpoint has others
   */
  public static StudentModel of(WholeCheckpoint checkpoint, Optional<LowRank> lowRank) {
    ModelConfig config = ModelConfig.parse(checkpoint.artifact(CONFIG));
    byte[] tokenizerJson = checkpoint.artifact(TOKENIZER);
    Weights weights =
        Weights.fromBytes(
            config,
            ByteBuffer.wrap(
                checkpoint.artifact(
                    lowRank.isPresent() ? LearnedWeights.BASE : LearnedWeights.WEIGHTS)));
    if (lowRank.isPresent()) {
      LowRank found = AdapterConfigJson.parse(checkpoint.artifact(LearnedWeights.ADAPTER_CONFIG));
      if (!found.equals(lowRank.get())) {
        throw new ConfigurationException(
            "checkpoint %s has the adapters %s, and the settings (student.lora.*) say %s: use the checkpoint's, or export it and begin a run with what it has learned"
                .formatted(CheckpointId.of(checkpoint.manifest()), found, lowRank.get()));
      }
      ModelConfig adapted = config.with(found);
      weights =
          AdaptedWeights.fromBytes(
              adapted, weights, ByteBuffer.wrap(checkpoint.artifact(LearnedWeights.ADAPTER)));
      config = adapted;
    }
    return new StudentModel(config, weights, tokenizerJson, Sha256.of(tokenizerJson));
  }

  /** What manifests need of a student whose adapters are trained; empty for another. */
  public Optional<AdapterFacts> adapterFacts(Optional<CheckpointManifest> before) {
    return config.adapter() == null
        ? Optional.empty()
        : Optional.of(
            new AdapterFacts(
                AdapterConfigJson.write(config, Optional.empty()),
                AdaptedWeights.base(config, weights),
                before.flatMap(manifest -> LearnedWeights.find(manifest, LearnedWeights.BASE))));
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
