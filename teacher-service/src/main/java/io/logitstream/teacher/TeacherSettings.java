package io.logitstream.teacher;

import io.logitstream.logits.TopKLogits;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.teacher.backpressure.BackpressureSettings;
import io.logitstream.teacher.batching.WindowCutter;
import io.logitstream.teacher.coding.CodingSettings;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.TeacherEncoding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the teacher works.
 *
 * @param model a Hugging Face directory; LABELS needs no weights in it
 * @param name the teacher's name; empty for the directory's
 * @param revision the teacher's revision; empty for the first 12 hex digits of the weights' SHA-256
 * @param device auto, cpu or cuda
 * @param threads threads of one operator; 0 for libtorch's choice
 * @param computeType number type of matrix products
 * @param encoding what the records to train on hold
 * @param evaluationEncoding what the records of held-out prompts hold, unless encoding is LABELS
 * @param sampleSize draws of a SAMPLED position
 * @param sampleTarget what the draws of a SAMPLED position to train on are chosen for
 * @param sampleTargetValue bytes or variance of a token that are wanted; 0 without a target
 * @param topK ids of a TOP_K position
 * @param temperature that SAMPLED and TOP_K distributions are made at
 * @param coding how SAMPLED positions are packed
 * @param windows how texts are cut
 * @param maxPromptTokens the most tokens of a prompt
 * @param maxPromptMib the most MiB that the logits of a prompt may take, before they are coded
 * @param batchTokens the most padded tokens that are scored at once, and the tokens of prompts that
 *     make a transaction
 * @param maxBatchWait how long a prompt waits for others
 * @param group the consumer group
 * @param sessionTimeout time after which the group gives up a member that is silent
 * @param maxPollInterval time after which the group gives up a member that scores one batch
 * @param transactionTimeout the longest that a transaction may be open
 * @param backpressure when the teacher waits for readers
 */
public record TeacherSettings(
    Path model,
    Optional<String> name,
    Optional<String> revision,
    String device,
    int threads,
    ComputeChoice computeType,
    TeacherEncoding encoding,
    TeacherEncoding evaluationEncoding,
    int sampleSize,
    SampleSizing.Target sampleTarget,
    double sampleTargetValue,
    int topK,
    float temperature,
    CodingSettings coding,
    WindowCutter windows,
    int maxPromptTokens,
    int maxPromptMib,
    int batchTokens,
    Duration maxBatchWait,
    String group,
    Duration sessionTimeout,
    Duration maxPollInterval,
    Duration transactionTimeout,
    BackpressureSettings backpressure) {

  /** Number type of matrix products: the faster one, or a given one. */
  public enum ComputeChoice {
    AUTO,
    F32,
    BF16
  }

  private static final Setting<Path> MODEL =
      Setting.requiredPath(
          "teacher.model",
          "The teacher: a Hugging Face directory (config.json, tokenizer.json, model.safetensors;"
              + " for LABELS without weights).");
  private static final Setting<Optional<String>> NAME =
      Setting.optionalText(
          "teacher.name", "Name of the teacher in its records; empty for the directory's name.");
  private static final Setting<Optional<String>> REVISION =
      Setting.optionalText(
          "teacher.revision",
          "Revision of the teacher in its records; empty for the first 12 hex digits of its"
              + " weights' SHA-256 (without weights: of its tokenizer's).");
  private static final Setting<String> DEVICE =
      Setting.text("teacher.device", "auto", "auto (a GPU where there is one), cpu or cuda.");
  private static final Setting<Integer> THREADS =
      Setting.integer(
          "teacher.threads", 0, 0, 1024, "Threads of one operator; 0 for as many as cores.");
  private static final Setting<ComputeChoice> COMPUTE_TYPE =
      Setting.choice(
          "teacher.compute-type",
          ComputeChoice.class,
          ComputeChoice.AUTO,
          "Number type of matrix products; auto takes bf16 where it is clearly faster.");
  private static final Setting<TeacherEncoding> ENCODING =
      Setting.choice(
          "teacher.encoding",
          TeacherEncoding.class,
          TeacherEncoding.SAMPLED,
          "What the records to train on hold: labels (tokens alone, nothing is scored), sampled"
              + " (unbiased counts), top-k (the most likely ids and the mass of the rest: biased)"
              + " or full (every logit).");
  private static final Setting<TeacherEncoding> EVALUATION_ENCODING =
      Setting.choice(
          "teacher.evaluation-encoding",
          TeacherEncoding.class,
          TeacherEncoding.FULL,
          "What the records of held-out prompts hold; always labels where teacher.encoding is.");
  private static final Setting<Integer> SAMPLE_SIZE =
      Setting.integer(
          "teacher.sample-size",
          32,
          1,
          1 << 16,
          "Draws of a sampled position: more cost bytes and take variance from the gradient.");
  private static final Setting<SampleSizing.Target> SAMPLE_TARGET =
      Setting.choice(
          "teacher.sample-target",
          SampleSizing.Target.class,
          SampleSizing.Target.NONE,
          "What the draws of a sampled position to train on are chosen for, beginning with"
              + " teacher.sample-size: none (they stay), bytes (payload bytes of a token) or"
              + " variance (of the gradient: the trace of its covariance).");
  private static final Setting<Double> SAMPLE_TARGET_VALUE =
      Setting.decimal(
          "teacher.sample-target-value",
          0,
          0,
          1e6,
          "Bytes or variance of a token that teacher.sample-target is to come to.");
  private static final Setting<Integer> TOP_K =
      Setting.integer(
          "teacher.top-k",
          50,
          1,
          TopKLogits.MAX_K,
          "Ids of a top-k position: fewer cost fewer bytes and leave more of the distribution to"
              + " its tail, of which only the mass is kept.");
  private static final Setting<Double> TEMPERATURE =
      Setting.decimal(
          "teacher.temperature",
          1.0,
          0.01,
          100.0,
          "Temperature of sampled and top-k distributions; a student can train on them at no"
              + " other.");
  private static final Setting<Integer> WINDOW_TOKENS =
      Setting.integer(
          "teacher.window-tokens",
          256,
          1,
          1 << 20,
          "Most tokens that the model reads at once; longer texts are cut into windows.");
  private static final Setting<Integer> WINDOW_OVERLAP =
      Setting.integer(
          "teacher.window-overlap",
          0,
          0,
          1 << 20,
          "Tokens of the window before that a window begins with, as context that is not trained"
              + " on.");
  private static final Setting<Integer> MAX_PROMPT_TOKENS =
      Setting.integer(
          "teacher.max-prompt-tokens",
          1 << 16,
          2,
          1 << 24,
          "Most tokens of a prompt; a longer one goes to the dead letters.");
  private static final Setting<Integer> MAX_PROMPT_MIB =
      Setting.integer(
          "teacher.max-prompt-mib",
          128,
          1,
          1 << 14,
          "Most MiB that the logits of a prompt may take, before they are coded; one with more goes"
              + " to the dead letters. A transaction, which is held in memory until all of it is"
              + " scored, has less than twice as much.");
  private static final Setting<Integer> BATCH_TOKENS =
      Setting.integer(
          "teacher.batch-tokens",
          4096,
          1,
          1 << 24,
          "Most padded tokens that are scored at once, and tokens of prompts that make a"
              + " transaction.");
  private static final Setting<Duration> MAX_BATCH_WAIT =
      Setting.duration(
          "teacher.max-batch-wait", "50ms", "How long a prompt waits for others to fill a batch.");
  private static final Setting<String> GROUP =
      Setting.text(
          "teacher.group",
          "logitstream-teacher",
          "Consumer group of the prompts: teachers of one group share them, teachers of different"
              + " groups each score all.");
  private static final Setting<Duration> SESSION_TIMEOUT =
      Setting.duration(
          "teacher.session-timeout",
          "15s",
          "Silence after which the group gives a teacher's partitions to others.");
  private static final Setting<Duration> MAX_POLL_INTERVAL =
      Setting.duration(
          "teacher.max-poll-interval",
          "5m",
          "Time after which the group gives the partitions of a teacher to others that still scores"
              + " one batch (teacher.batch-tokens), and what it scored is thrown away.");
  private static final Setting<Duration> TRANSACTION_TIMEOUT =
      Setting.duration(
          "teacher.transaction-timeout",
          "30s",
          "Longest that a transaction may be open; readers wait so long for a teacher that was"
              + " killed.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = settings();

  public TeacherSettings {
    boolean hasTarget = sampleTarget != SampleSizing.Target.NONE;
    if (hasTarget != sampleTargetValue > 0 || (hasTarget && encoding != TeacherEncoding.SAMPLED)) {
      throw new ConfigurationException(
          "%s is %s, %s is %s and %s is %s: a target has a value over 0, and is for sampled records"
              .formatted(
                  SAMPLE_TARGET,
                  sampleTarget,
                  SAMPLE_TARGET_VALUE,
                  sampleTargetValue,
                  ENCODING,
                  encoding));
    }
    boolean hasTemperature =
        encoding == TeacherEncoding.SAMPLED || encoding == TeacherEncoding.TOP_K;
    if (temperature != 1f && !hasTemperature) {
      throw new ConfigurationException(
          "%s is %s, but %s is %s, which has none: full logits are kept as they are, and a loss"
                  .formatted(TEMPERATURE, temperature, ENCODING, encoding)
              + " applies its own temperature; remove it");
    }
    if (group.isBlank()) {
      throw new ConfigurationException("%s is empty, expected a name".formatted(GROUP));
    }
  }

  /** Reads the settings. */
  public static TeacherSettings from(Configuration configuration) {
    int windowTokens = configuration.get(WINDOW_TOKENS);
    int windowOverlap = configuration.get(WINDOW_OVERLAP);
    if (windowOverlap >= windowTokens) {
      throw new ConfigurationException(
          "%s is %d, expected less than %s (%d)"
              .formatted(WINDOW_OVERLAP, windowOverlap, WINDOW_TOKENS, windowTokens));
    }
    return new TeacherSettings(
        configuration.get(MODEL),
        configuration.get(NAME),
        configuration.get(REVISION),
        configuration.get(DEVICE),
        configuration.get(THREADS),
        configuration.get(COMPUTE_TYPE),
        configuration.get(ENCODING),
        configuration.get(EVALUATION_ENCODING),
        configuration.get(SAMPLE_SIZE),
        configuration.get(SAMPLE_TARGET),
        configuration.get(SAMPLE_TARGET_VALUE),
        configuration.get(TOP_K),
        configuration.get(TEMPERATURE).floatValue(),
        CodingSettings.from(configuration),
        new WindowCutter(windowTokens, windowOverlap),
        configuration.get(MAX_PROMPT_TOKENS),
        configuration.get(MAX_PROMPT_MIB),
        configuration.get(BATCH_TOKENS),
        configuration.get(MAX_BATCH_WAIT),
        configuration.get(GROUP),
        configuration.get(SESSION_TIMEOUT),
        configuration.get(MAX_POLL_INTERVAL),
        configuration.get(TRANSACTION_TIMEOUT),
        BackpressureSettings.from(configuration));
  }

  /** What held-out prompts are encoded as. */
  public TeacherEncoding effectiveEvaluationEncoding() {
    return encoding == TeacherEncoding.LABELS ? TeacherEncoding.LABELS : evaluationEncoding;
  }

  /** The most bytes that the logits of a prompt may take, before they are coded. */
  long maxPromptBytes() {
    return (long) maxPromptMib << 20;
  }

  /** Chooses the draws of a SAMPLED position to train on. */
  SampleSizing sizing() {
    return new SampleSizing(sampleTarget, sampleTargetValue, sampleSize);
  }

  /** The most draws that a SAMPLED position may come to have. */
  int mostDraws() {
    return sampleTarget == SampleSizing.Target.NONE
        ? sampleSize
        : Math.max(sampleSize, SampleSizing.MOST);
  }

  /** Whether records of any kind hold that. */
  public boolean uses(TeacherEncoding wanted) {
    return encoding == wanted || effectiveEvaluationEncoding() == wanted;
  }

  /** Whether a model computes anything. */
  public boolean scores() {
    return encoding != TeacherEncoding.LABELS;
  }

  private static List<Setting<?>> settings() {
    List<Setting<?>> settings =
        new ArrayList<>(
            List.of(
                MODEL,
                NAME,
                REVISION,
                DEVICE,
                THREADS,
                COMPUTE_TYPE,
                ENCODING,
                EVALUATION_ENCODING,
                SAMPLE_SIZE,
                SAMPLE_TARGET,
                SAMPLE_TARGET_VALUE,
                TOP_K,
                TEMPERATURE,
                WINDOW_TOKENS,
                WINDOW_OVERLAP,
                MAX_PROMPT_TOKENS,
                MAX_PROMPT_MIB,
                BATCH_TOKENS,
                MAX_BATCH_WAIT,
                GROUP,
                SESSION_TIMEOUT,
                MAX_POLL_INTERVAL,
                TRANSACTION_TIMEOUT));
    settings.addAll(CodingSettings.SETTINGS);
    settings.addAll(BackpressureSettings.SETTINGS);
    return List.copyOf(settings);
  }
}
