package io.logitstream.trainer.training;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is trained, and how.
 *
 * @param model a Hugging Face directory: the student at sequence 0. Without weights they are drawn
 *     from the seed
 * @param seed the seed of the run
 * @param microBatchTokens input positions of a micro-batch, padding included
 * @param maxTokens longest window, in tokens
 * @param computeType number type of matrix products
 * @param device auto, cpu or cuda
 * @param threads threads that one operator runs on; 0 for all cores
 */
public record TrainingSettings(
    Path model,
    long seed,
    int microBatchTokens,
    int maxTokens,
    ObjectiveSettings objective,
    OptimizerSettings optimizer,
    ComputeChoice computeType,
    String device,
    int threads) {
  private static final Setting<Path> MODEL =
      Setting.requiredPath(
          "student.model",
          "Hugging Face directory of the student at the run's start; config.json and tokenizer.json"
              + " alone train it from scratch.");
  private static final Setting<Long> SEED =
      Setting.whole("train.seed", 1, 0, Long.MAX_VALUE, "Seed of the run's random numbers.");
  private static final Setting<Integer> MICRO_BATCH_TOKENS =
      Setting.integer(
          "train.micro-batch-tokens",
          4096,
          2,
          1 << 24,
          "Input positions of a micro-batch, padding included: bounds the memory of a step.");
  private static final Setting<Integer> MAX_TOKENS =
      Setting.integer(
          "train.max-tokens", 8192, 2, 1 << 20, "Longest window that is trained on, in tokens.");
  private static final Setting<Double> SOFT_WEIGHT =
      Setting.decimal(
          "loss.soft-weight",
          0.9,
          0,
          1,
          "Share of the teacher's distribution in the loss; 0 trains on hard labels alone.");
  private static final Setting<Double> TEMPERATURE =
      Setting.decimal("loss.temperature", 1, 0.01, 100, "Temperature of the soft loss.");
  private static final Setting<Double> BETA1 =
      Setting.decimal("optimizer.beta1", 0.9, 0, 0.999999, "Decay of AdamW's first moment.");
  private static final Setting<Double> BETA2 =
      Setting.decimal("optimizer.beta2", 0.95, 0, 0.999999, "Decay of AdamW's second moment.");
  private static final Setting<Double> EPSILON =
      Setting.decimal(
          "optimizer.epsilon", 1e-8, 1e-30, 1, "Added to the root of the second moment.");
  private static final Setting<Double> WEIGHT_DECAY =
      Setting.decimal(
          "optimizer.weight-decay", 0.1, 0, 1e3, "Decoupled weight decay of the matrices.");
  private static final Setting<Double> CLIP_NORM =
      Setting.decimal(
          "optimizer.clip-norm",
          1,
          0,
          1e12,
          "Greatest norm of the whole gradient; 0 for no clipping.");
  private static final Setting<ComputeChoice> COMPUTE_TYPE =
      Setting.choice(
          "compute.type",
          ComputeChoice.class,
          ComputeChoice.AUTO,
          "Number type of matrix products; auto measures when the run is started, and the run keeps"
              + " the choice.");
  private static final Setting<String> DEVICE =
      Setting.text("compute.device", "auto", "Where the student computes: auto, cpu or cuda.");
  private static final Setting<Integer> THREADS =
      Setting.integer(
          "compute.threads", 0, 0, 1024, "Threads that one operator runs on; 0 for all cores.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              ScheduleSettings.SETTINGS,
              List.of(
                  MODEL,
                  SEED,
                  MICRO_BATCH_TOKENS,
                  MAX_TOKENS,
                  SOFT_WEIGHT,
                  TEMPERATURE,
                  BETA1,
                  BETA2,
                  EPSILON,
                  WEIGHT_DECAY,
                  CLIP_NORM,
                  COMPUTE_TYPE,
                  DEVICE,
                  THREADS))
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /** The key of {@link #computeType()}: what a run keeps is the type that was chosen. */
  public static final String COMPUTE_TYPE_KEY = COMPUTE_TYPE.name();

  /** Reads the settings. */
  public static TrainingSettings from(Configuration configuration) {
    return new TrainingSettings(
        configuration.get(MODEL),
        configuration.get(SEED),
        configuration.get(MICRO_BATCH_TOKENS),
        configuration.get(MAX_TOKENS),
        new ObjectiveSettings(configuration.get(SOFT_WEIGHT), configuration.get(TEMPERATURE)),
        new OptimizerSettings(
            ScheduleSettings.from(configuration),
            configuration.get(BETA1),
            configuration.get(BETA2),
            configuration.get(EPSILON),
            configuration.get(WEIGHT_DECAY),
            configuration.get(CLIP_NORM)),
        configuration.get(COMPUTE_TYPE),
        configuration.get(DEVICE),
        configuration.get(THREADS));
  }

  /** What the result depends on, by key; without the compute type, which may be probed. */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    identity.put(SEED.name(), Long.toString(seed));
    identity.put(MICRO_BATCH_TOKENS.name(), Integer.toString(microBatchTokens));
    identity.put(MAX_TOKENS.name(), Integer.toString(maxTokens));
    identity.put(SOFT_WEIGHT.name(), Double.toString(objective.softWeight()));
    identity.put(TEMPERATURE.name(), Double.toString(objective.temperature()));
    identity.putAll(ScheduleSettings.identity(optimizer.schedule()));
    identity.put(BETA1.name(), Double.toString(optimizer.beta1()));
    identity.put(BETA2.name(), Double.toString(optimizer.beta2()));
    identity.put(EPSILON.name(), Double.toString(optimizer.epsilon()));
    identity.put(WEIGHT_DECAY.name(), Double.toString(optimizer.weightDecay()));
    identity.put(CLIP_NORM.name(), Double.toString(optimizer.clipNorm()));
    return identity;
  }
}
