package io.logitstream.trainer.training;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.AverageSettings;
import io.logitstream.distillation.optimizer.Freezing;
import io.logitstream.distillation.optimizer.Muon;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.MicroBatching;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.schemas.CheckpointManifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is trained, and how.
 *
 * @param model a Hugging Face directory: the student at sequence 0. Without weights they are drawn
 *     from the seed
 * @param seed the seed of the run
 * @param microBatchTokens most input positions of a micro-batch, padding included
 * @param maxTokens longest window, in tokens
 * @param computeType number type of matrix products
 * @param device auto, cpu or cuda
 * @param threads threads that one operator runs on; 0 for all cores
 * @param recomputeLayers whether layers are computed again in the backward pass
 * @param lowRank the adapters that are trained; empty: the weights are
 * @param adapter a directory of PEFT's with the adapters at sequence 0; empty: new ones are drawn
 *     from the seed
 */
public record TrainingSettings(
    Path model,
    long seed,
    MicroBatchChoice microBatchPlan,
    int microBatchTokens,
    int maxTokens,
    ObjectiveSettings objective,
    OptimizerSettings optimizer,
    ComputeChoice computeType,
    String device,
    int threads,
    boolean recomputeLayers,
    Optional<LowRank> lowRank,
    Optional<Path> adapter) {
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
  private static final String LEAST_WORK = "least-work";
  private static final String FILLED = "filled";
  private static final Setting<MicroBatchChoice> MICRO_BATCH_PLAN =
      Setting.choice(
          "train.micro-batch-plan",
          MicroBatchChoice.class,
          MicroBatchChoice.AUTO,
          "How a step's windows, sorted by length, are cut into micro-batches: least-work, so that"
              + " padding and starts cost least in all, or filled, each up to its budget; auto is"
              + " least-work on a CPU and filled on a GPU, and a run keeps what it was started"
              + " with.");
  private static final Setting<Integer> MAX_TOKENS =
      Setting.integer(
          "train.max-tokens", 8192, 2, 1 << 20, "Longest window that is trained on, in tokens.");
  private static final Setting<Boolean> RECOMPUTE_LAYERS =
      Setting.flag(
          "train.recompute-layers",
          false,
          "Whether layers are computed again in the backward pass (gradient checkpointing): a third"
              + " more arithmetic, and memory for one layer instead of all.");
  private static final Setting<List<String>> FROZEN =
      Setting.list(
          "train.frozen",
          List.of(),
          "Weights that are not trained, by their names in model.safetensors, with * for any part:"
              + " model.embed_tokens.weight, model.layers.0.*.");
  private static final Setting<OptimizerChoice> OPTIMIZER =
      Setting.choice(
          "optimizer.kind",
          OptimizerChoice.class,
          OptimizerChoice.ADAMW,
          "What updates weights: adamw, or muon, which updates the layers' matrices by"
              + " orthogonalised momentum and everything else by AdamW.");
  private static final Setting<Double> MOMENTUM =
      Setting.decimal("optimizer.momentum", 0.95, 0, 0.999999, "Decay of Muon's momentum.");
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
  private static final Setting<Double> AVERAGE_DECAY =
      Setting.decimal(
          "averages.decay",
          0,
          0,
          0.9999999,
          "Decay of an average of the weights that is kept beside them and exported on request;"
              + " 0.999 averages over about 1000 steps, 0 keeps none.");
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
              LossSettings.SETTINGS,
              LowRankSettings.SETTINGS,
              List.of(
                  MODEL,
                  SEED,
                  MICRO_BATCH_TOKENS,
                  MICRO_BATCH_PLAN,
                  MAX_TOKENS,
                  RECOMPUTE_LAYERS,
                  FROZEN,
                  OPTIMIZER,
                  MOMENTUM,
                  BETA1,
                  BETA2,
                  EPSILON,
                  WEIGHT_DECAY,
                  CLIP_NORM,
                  AVERAGE_DECAY,
                  COMPUTE_TYPE,
                  DEVICE,
                  THREADS))
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /** The settings that may change within a run: rates, weights, bounds, and how steps are cut. */
  public static final Set<String> MAY_CHANGE =
      Stream.concat(
              ScheduleSettings.SETTINGS.stream(),
              Stream.of(
                  LossSettings.SOFT_WEIGHT,
                  WEIGHT_DECAY,
                  CLIP_NORM,
                  MICRO_BATCH_TOKENS,
                  MICRO_BATCH_PLAN,
                  MAX_TOKENS))
          .map(Setting::name)
          .collect(Collectors.toUnmodifiableSet());

  /** The key of {@link #computeType()}: what a run keeps is the type that was chosen. */
  public static final String COMPUTE_TYPE_KEY = COMPUTE_TYPE.name();

  public TrainingSettings {
    if (lowRank.isPresent() && optimizer.muon().isPresent()) {
      throw new ConfigurationException(
          "optimizer.kind is muon, and adapters are trained (student.lora.rank is %d): Muon is for whole matrices, not for the thin factors of adapters. Use adamw"
              .formatted(lowRank.get().rank()));
    }
  }

  /** Reads the settings. */
  public static TrainingSettings from(Configuration configuration) {
    return new TrainingSettings(
        configuration.get(MODEL),
        configuration.get(SEED),
        configuration.get(MICRO_BATCH_PLAN),
        configuration.get(MICRO_BATCH_TOKENS),
        configuration.get(MAX_TOKENS),
        LossSettings.from(configuration),
        new OptimizerSettings(
            ScheduleSettings.from(configuration),
            configuration.get(BETA1),
            configuration.get(BETA2),
            configuration.get(EPSILON),
            configuration.get(WEIGHT_DECAY),
            configuration.get(CLIP_NORM),
            new AverageSettings(configuration.get(AVERAGE_DECAY)),
            new Freezing(configuration.get(FROZEN)),
            muon(configuration)),
        configuration.get(COMPUTE_TYPE),
        configuration.get(DEVICE),
        configuration.get(THREADS),
        configuration.get(RECOMPUTE_LAYERS),
        LowRankSettings.from(configuration),
        LowRankSettings.directory(configuration));
  }

  private static Optional<Muon> muon(Configuration configuration) {
    return switch (configuration.get(OPTIMIZER)) {
      case ADAMW -> Optional.empty();
      case MUON -> Optional.of(new Muon(configuration.get(MOMENTUM)));
    };
  }

  private static MicroBatchChoice plan(CheckpointManifest manifest) {
    String key = MICRO_BATCH_PLAN.name();
    String plan = recorded(manifest.getConfiguration()).getOrDefault(key, FILLED);
    return Configuration.load(List.of(MICRO_BATCH_PLAN), ConfigurationLayers.of(Map.of(key, plan)))
        .get(MICRO_BATCH_PLAN);
  }

  /**
   * A manifest's configuration with what it means that it lacks keys whose default is another
   * value: it was written before there were such settings.
   */
  public static Map<String, String> recorded(Map<String, String> configuration) {
    Map<String, String> values = new TreeMap<>(Map.of(MICRO_BATCH_PLAN.name(), FILLED));
    values.putAll(configuration);
    return values;
  }

  /** How steps are cut into micro-batches; where that is left open, so that work is least. */
  public MicroBatching microBatching() {
    return new MicroBatching(
        switch (microBatchPlan) {
          case AUTO, LEAST_WORK -> MicroBatchPlan.LEAST_WORK;
          case FILLED -> MicroBatchPlan.FILLED;
        },
        microBatchTokens);
  }

  /**
   * These settings with a plan where they leave it open.
   *
   * @param newest the newest checkpoint of the run that is trained, whose plan is kept
   * @param otherwise the plan of a run that has none
   */
  public TrainingSettings planned(Optional<CheckpointManifest> newest, MicroBatchPlan otherwise) {
    if (microBatchPlan != MicroBatchChoice.AUTO) {
      return this;
    }
    MicroBatchChoice plan =
        newest
            .map(TrainingSettings::plan)
            .orElseGet(() -> MicroBatchChoice.valueOf(otherwise.name()));
    return new TrainingSettings(
        model,
        seed,
        plan,
        microBatchTokens,
        maxTokens,
        objective,
        optimizer,
        computeType,
        device,
        threads,
        recomputeLayers,
        lowRank,
        adapter);
  }

  /**
   * What the result depends on, by key; without what a start may choose, the compute type and the
   * plan of micro-batches, as long as that is open.
   */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    identity.put(SEED.name(), Long.toString(seed));
    identity.put(MICRO_BATCH_TOKENS.name(), Integer.toString(microBatchTokens));
    switch (microBatchPlan) {
      case AUTO, FILLED -> {} // a manifest without the key says FILLED
      case LEAST_WORK -> identity.put(MICRO_BATCH_PLAN.name(), LEAST_WORK);
    }
    identity.put(MAX_TOKENS.name(), Integer.toString(maxTokens));
    if (recomputeLayers) {
      identity.put(RECOMPUTE_LAYERS.name(), "true");
    }
    if (!optimizer.freezing().patterns().isEmpty()) {
      identity.put(FROZEN.name(), String.join(",", optimizer.freezing().patterns()));
    }
    identity.putAll(LowRankSettings.identity(lowRank));
    identity.putAll(LossSettings.identity(objective));
    identity.putAll(ScheduleSettings.identity(optimizer.schedule()));
    optimizer
        .muon()
        .ifPresent(
            muon -> {
              identity.put(OPTIMIZER.name(), "muon");
              identity.put(MOMENTUM.name(), Double.toString(muon.momentum()));
            });
    identity.put(BETA1.name(), Double.toString(optimizer.beta1()));
    identity.put(BETA2.name(), Double.toString(optimizer.beta2()));
    identity.put(EPSILON.name(), Double.toString(optimizer.epsilon()));
    identity.put(WEIGHT_DECAY.name(), Double.toString(optimizer.weightDecay()));
    identity.put(CLIP_NORM.name(), Double.toString(optimizer.clipNorm()));
    if (optimizer.averages().isKept()) {
      identity.put(AVERAGE_DECAY.name(), Double.toString(optimizer.averages().decay()));
    }
    return identity;
  }
}
