package io.logitstream.console.models;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.ExpiredCheckpointException;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.AdapterConfigJson;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.CheckpointManifest;
import java.nio.ByteBuffer;

/** Checkpoints as people name them, loaded as models. */
public final class CheckpointModels {
  private static final String LATEST = "/latest";

  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";

  private CheckpointModels() {}

  /** A reader on the configured topics; the caller closes it. */
  public static CheckpointReader open(Configuration configuration) {
    return new CheckpointReader(new KafkaClients(KafkaSettings.from(configuration), "checkpoints"));
  }

  /** Whether a text can be a checkpoint's ID: RUN/SEQUENCE or RUN/latest. */
  public static boolean isId(String text) {
    return text.matches("[^/]+/([0-9]+|latest)");
  }

  /** An ID as a number: of a checkpoint that may have expired, or of a run's newest. */
  public static CheckpointId id(CheckpointReader reader, String id) {
    requireId(id);
    return id.endsWith(LATEST) ? CheckpointId.of(find(reader, id)) : CheckpointId.parse(id);
  }

  private static void requireId(String id) {
    if (!isId(id)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "'%s' is not a checkpoint's ID: expected RUN/SEQUENCE or RUN/latest".formatted(id));
    }
  }

  /**
   * The manifest of an ID.
   *
   * @throws LogitstreamException (CONFIGURATION) if there is none
   */
  public static CheckpointManifest find(CheckpointReader reader, String id) {
    requireId(id);
    if (!id.endsWith(LATEST)) {
      return reader.get(CheckpointId.parse(id));
    }
    String run = id.substring(0, id.length() - LATEST.length());
    return reader
        .newest(run)
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    ("run %s has no checkpoint; 'logitstream checkpoints list' shows those that"
                            + " there are")
                        .formatted(run)));
  }

  /**
   * Reads a checkpoint's model, with its adapters beside the weights where it has any; every byte
   * is checked against the manifest.
   *
   * @param averaged whether the averages of what was learned are read in its place
   * @throws ExpiredCheckpointException if its bytes may be gone
   * @throws LogitstreamException (CONFIGURATION) if averages are asked for and the run keeps none
   */
  public static LoadedModel load(
      CheckpointReader reader, CheckpointManifest manifest, boolean averaged) {
    if (manifest.getExpired()) {
      throw new ExpiredCheckpointException(CheckpointId.of(manifest));
    }
    if (averaged && LearnedWeights.find(manifest, LearnedWeights.AVERAGES).isEmpty()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "checkpoint %s has no averages: its run keeps none (averages.decay is 0). Leave --averages out"
              .formatted(CheckpointId.of(manifest)));
    }
    ModelConfig config = ModelConfig.parse(reader.read(manifest, CONFIG));
    byte[] tokenizerJson = reader.read(manifest, TOKENIZER);
    boolean adapted = LearnedWeights.areAdapters(manifest);
    String learned = adapted ? LearnedWeights.ADAPTER : LearnedWeights.WEIGHTS;
    ByteBuffer values =
        ByteBuffer.wrap(reader.read(manifest, averaged ? LearnedWeights.AVERAGES : learned));
    if (!adapted) {
      return new LoadedModel(config, Weights.fromBytes(config, values), tokenizerJson);
    }
    ModelConfig withAdapters =
        config.with(AdapterConfigJson.parse(reader.read(manifest, LearnedWeights.ADAPTER_CONFIG)));
    Weights base =
        Weights.fromBytes(config, ByteBuffer.wrap(reader.read(manifest, LearnedWeights.BASE)));
    return new LoadedModel(
        withAdapters, AdaptedWeights.fromBytes(withAdapters, base, values), tokenizerJson);
  }
}
