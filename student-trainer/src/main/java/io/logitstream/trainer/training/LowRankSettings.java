package io.logitstream.trainer.training;

import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.model.decoder.UnsupportedModelException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The settings of low-rank adapters (LoRA), which are trained in the place of the weights. */
final class LowRankSettings {
  private static final Setting<Integer> RANK =
      Setting.integer(
          "student.lora.rank",
          0,
          0,
          LowRank.MAX_RANK,
          "Rank of the low-rank adapters (LoRA) that are trained beside the student's matrices, whose"
              + " own weights then stand still; 0 trains the weights.");
  private static final Setting<Double> ALPHA =
      Setting.decimal(
          "student.lora.alpha",
          16,
          1e-6,
          1e6,
          "What the adapters' products are multiplied by, over the rank: PEFT's lora_alpha.");
  private static final Setting<List<String>> TARGETS =
      Setting.list(
          "student.lora.targets",
          List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
          "Matrices of each layer that have adapters, by their modules' names: PEFT's"
              + " target_modules. GPT-2's are c_attn, c_proj and c_fc.");
  private static final Setting<Boolean> RANK_STABILISED =
      Setting.flag(
          "student.lora.rslora",
          false,
          "Whether the adapters' alpha is over the root of the rank: PEFT's use_rslora.");
  private static final Setting<Optional<Path>> ADAPTER =
      Setting.optionalPath(
          "student.adapter",
          "Directory of adapters as PEFT writes them, to begin the run with in the place of new ones;"
              + " it says rank, alpha and targets.");

  static final List<Setting<?>> SETTINGS = List.of(RANK, ALPHA, TARGETS, RANK_STABILISED, ADAPTER);

  private LowRankSettings() {}

  static Optional<Path> directory(Configuration configuration) {
    return configuration.get(ADAPTER);
  }

  /**
   * What is trained beside the weights.
   *
   * @throws ConfigurationException if the settings contradict each other, or the directory of
   *     adapters cannot be used
   */
  static Optional<LowRank> from(Configuration configuration) {
    int rank = configuration.get(RANK);
    Optional<Path> directory = configuration.get(ADAPTER);
    if (directory.isPresent()) {
      if (rank > 0) {
        throw new ConfigurationException(
            "%s is %d, and %s is %s, which says the rank itself: leave one of them out"
                .formatted(RANK.name(), rank, ADAPTER.name(), directory.get()));
      }
      return Optional.of(read(directory.get()));
    }
    if (rank == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LowRank(
              rank,
              configuration.get(ALPHA),
              configuration.get(TARGETS),
              configuration.get(RANK_STABILISED)));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(TARGETS.name() + ": " + e.getMessage());
    }
  }

  private static LowRank read(Path directory) {
    try {
      return AdapterDirectory.open(directory).adapter();
    } catch (UnsupportedModelException e) {
      throw new ConfigurationException(ADAPTER.name() + " cannot be used: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "%s is %s, which could not be read: %s".formatted(ADAPTER.name(), directory, e));
    }
  }

  /** What the result depends on, by key; nothing without adapters. */
  static Map<String, String> identity(Optional<LowRank> adapter) {
    Map<String, String> identity = new TreeMap<>();
    adapter.ifPresent(
        lowRank -> {
          identity.put(RANK.name(), Integer.toString(lowRank.rank()));
          identity.put(ALPHA.name(), Double.toString(lowRank.alpha()));
          identity.put(TARGETS.name(), String.join(",", lowRank.targets()));
          if (lowRank.rankStabilised()) {
            identity.put(RANK_STABILISED.name(), "true");
          }
        });
    return identity;
  }
}
