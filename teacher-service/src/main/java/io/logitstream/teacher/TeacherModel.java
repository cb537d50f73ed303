package io.logitstream.teacher;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.model.safetensors.SafetensorsException;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.teacher.batching.ConversationTokenizer;
import io.logitstream.teacher.batching.TextTokenizer;
import io.logitstream.teacher.scoring.DecoderScorer;
import io.logitstream.teacher.scoring.DeviceSampledScoring;
import io.logitstream.teacher.scoring.FullScoring;
import io.logitstream.teacher.scoring.LabelsScoring;
import io.logitstream.teacher.scoring.ModelTextTokenizer;
import io.logitstream.teacher.scoring.PayloadSizes;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.SampledScoring;
import io.logitstream.teacher.scoring.TeacherEncoding;
import io.logitstream.teacher.scoring.TemplatedConversations;
import io.logitstream.teacher.scoring.TopKScoring;
import io.logitstream.teacher.scoring.WindowScoring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The teacher that the settings name. Belongs to the thread that opened it.
 *
 * @param identity who scores
 * @param tokenizer its tokenizer
 * @param conversations how it reads conversations
 * @param computeType number type of its matrix products; empty where nothing is scored
 * @param training what records to train on are made by
 * @param evaluation what records of held-out prompts are made by
 * @param sizing how many draws a sampled position to train on has
 * @param resources what {@link #close} closes
 */
public record TeacherModel(
    TeacherIdentity identity,
    TextTokenizer tokenizer,
    ConversationTokenizer conversations,
    Optional<String> computeType,
    WindowScoring training,
    WindowScoring evaluation,
    SampleSizing sizing,
    AutoCloseable resources)
    implements AutoCloseable {

  /** Opens teachers. */
  @FunctionalInterface
  public interface Opener {
    /**
     * The teacher that settings name. The caller, on whose thread it stays, closes it.
     *
     * @throws LogitstreamException (CONFIGURATION) if the model cannot be used, or not so
     */
    TeacherModel open(TeacherSettings settings) throws IOException;
  }

  private static final int REVISION_CHARACTERS = 12;

  /** What a record holds beside its logits: names, attributes, Avro's and Kafka's framing. */
  private static final int RECORD_OVERHEAD_BYTES = 512 << 10;

  /**
   * Opens the model directory and, where something is scored, the model.
   *
   * @throws LogitstreamException (CONFIGURATION) if the model cannot be used, or not so
   */
  static TeacherModel open(TeacherSettings settings) throws IOException {
    try {
      return load(settings);
    } catch (UnsupportedModelException | SafetensorsException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION, "teacher.model cannot be used: " + e.getMessage(), e);
    }
  }

  private static TeacherModel load(TeacherSettings settings) throws IOException {
    ModelDirectory directory = ModelDirectory.open(settings.model());
    ModelConfig config = directory.config();
    checkFits(settings, directory);
    TeacherIdentity identity = identity(settings, directory);
    Tokenizer tokenizer = Tokenizer.fromJson(directory.tokenizerJson(), config);
    TextTokenizer textTokenizer = new ModelTextTokenizer(tokenizer);
    ConversationTokenizer conversations = TemplatedConversations.of(settings.model(), tokenizer);
    SampleSizing sizing = settings.sizing();
    if (!settings.scores()) {
      WindowScoring labels = new LabelsScoring();
      return new TeacherModel(
          identity,
          textTokenizer,
          conversations,
          Optional.empty(),
          labels,
          labels,
          sizing,
          tokenizer::close);
    }
    TorchEngine engine = TorchEngine.start(settings.device(), settings.threads());
    ComputeType computeType =
        switch (settings.computeType()) {
          case AUTO -> engine.preferredComputeType();
          case F32 -> ComputeType.F32;
          case BF16 -> ComputeType.BF16;
        };
    DecoderScorer scorer = new DecoderScorer(engine, config, directory.weights(), computeType);
    return new TeacherModel(
        identity,
        textTokenizer,
        conversations,
        Optional.of(computeType.label()),
        scoring(settings.encoding(), settings, engine, scorer, identity, sizing),
        scoring(
            settings.effectiveEvaluationEncoding(),
            settings,
            engine,
            scorer,
            identity,
            SampleSizing.fixed(settings.sampleSize())),
        sizing,
        () -> {
          scorer.close();
          tokenizer.close();
        });
  }

  private static WindowScoring scoring(
      TeacherEncoding encoding,
      TeacherSettings settings,
      TorchEngine engine,
      DecoderScorer scorer,
      TeacherIdentity identity,
      SampleSizing sizing) {
    return switch (encoding) {
      case LABELS -> new LabelsScoring();
      case FULL -> new FullScoring(scorer, identity.getVocabularySize());
      case TOP_K ->
          new TopKScoring(
              scorer, identity.getVocabularySize(), settings.topK(), settings.temperature());
      case SAMPLED ->
          sampled(
              // In a GPU's memory distributions are far from the host; on a CPU they are there.
              engine.onGpu() && settings.sampleTarget() != SampleSizing.Target.VARIANCE,
              settings,
              scorer,
              identity,
              sizing);
    };
  }

  private static WindowScoring sampled(
      boolean onDevice,
      TeacherSettings settings,
      DecoderScorer scorer,
      TeacherIdentity identity,
      SampleSizing sizing) {
    int vocabulary = identity.getVocabularySize();
    float temperature = settings.temperature();
    String revision = identity.getRevision();
    return onDevice
        ? new DeviceSampledScoring(scorer, vocabulary, sizing, temperature, revision)
        : new SampledScoring(scorer, vocabulary, sizing, temperature, revision);
  }

  private static TeacherIdentity identity(TeacherSettings settings, ModelDirectory directory)
      throws IOException {
    @Nullable String weights = directory.hasWeights() ? directory.weightsSha256() : null;
    String tokenizer = directory.tokenizerSha256();
    Path directoryName = settings.model().toAbsolutePath().normalize().getFileName();
    String name =
        settings.name().orElse(directoryName == null ? "teacher" : directoryName.toString());
    String revision =
        settings
            .revision()
            .orElse((weights == null ? tokenizer : weights).substring(0, REVISION_CHARACTERS));
    try {
      return new TeacherIdentity(
          RecordKeys.segment("teacher.name", name),
          RecordKeys.segment("teacher.revision", revision),
          weights,
          tokenizer,
          directory.config().vocabularySize());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()));
    }
  }

  private static void checkFits(TeacherSettings settings, ModelDirectory directory) {
    if (settings.scores() && !directory.hasWeights()) {
      throw new ConfigurationException(
          "teacher.model %s has no model.safetensors; without weights only teacher.encoding=labels works"
              .formatted(settings.model()));
    }
    ModelConfig config = directory.config();
    int positions = settings.windows().positions();
    if (settings.scores() && positions > config.maxPositions()) {
      throw new ConfigurationException(
          "teacher.window-tokens is %d, but the model reads at most %d"
              .formatted(positions, config.maxPositions()));
    }
    if (settings.uses(TeacherEncoding.TOP_K) && settings.topK() > config.vocabularySize()) {
      throw new ConfigurationException(
          "teacher.top-k is %d, but the model has %d ids"
              .formatted(settings.topK(), config.vocabularySize()));
    }
    checkRecordFits(settings, settings.encoding(), config.vocabularySize());
    checkRecordFits(settings, settings.effectiveEvaluationEncoding(), config.vocabularySize());
  }

  private static void checkRecordFits(
      TeacherSettings settings, TeacherEncoding encoding, int vocabularySize) {
    int tokens = settings.windows().positions() + 1;
    long payload =
        new PayloadSizes(vocabularySize, settings.topK(), settings.mostDraws())
            .bytes(encoding, tokens);
    int limit =
        Topic.TEACHER_LOGITS.specification("", 1, (short) 1).maxMessageBytes()
            - RECORD_OVERHEAD_BYTES;
    if (payload > limit) {
      throw new ConfigurationException(
          ("a window of teacher.window-tokens=%d over %d ids may take %d bytes as %s, but a record"
                  + " holds %d: make teacher.window-tokens smaller (about %d)%s")
              .formatted(
                  settings.windows().positions(),
                  vocabularySize,
                  payload,
                  encoding,
                  limit,
                  settings.windows().positions() * (long) limit / payload,
                  encoding == TeacherEncoding.FULL
                      ? ", or use sampled for teacher.encoding and teacher.evaluation-encoding"
                      : ""));
    }
  }

  @Override
  public void close() throws Exception {
    resources.close();
  }
}
