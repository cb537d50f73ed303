package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.distillation.loss.ObjectiveChange;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.SoftMix;
import io.logitstream.distillation.optimizer.DecayShape;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.LearningRateSchedule.Decay;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.MicroBatching;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.trainer.ingest.SkippedRecord;
import io.logitstream.trainer.training.ComputeChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainerSettingsTest {
  @Test
  void onlyTheModelMustBeGiven() {
    TrainerSettings settings = settings(Map.of());

    assertThat(settings.run()).isEqualTo("student");
    assertThat(settings.maxSteps()).isZero();
    assertThat(settings.stopWhenIdle()).isFalse();
    assertThat(settings.idleTime()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.ingest().teachers().names()).containsExactly("*");
    assertThat(settings.ingest().bufferRecords()).isEqualTo(64);
    assertThat(settings.ingest().bufferBytes()).isEqualTo(32L << 20);
    assertThat(settings.ingest().maxCondemned()).isEqualTo(1000);
    assertThat(settings.ingest().skips()).isEmpty();
    assertThat(settings.plan().stepRecords()).isEqualTo(16);
    assertThat(settings.plan().turnRecords()).isEqualTo(4);
    assertThat(settings.training().model()).isEqualTo(Path.of("model"));
    assertThat(settings.training().seed()).isEqualTo(1);
    assertThat(settings.training().microBatching())
        .isEqualTo(new MicroBatching(MicroBatchPlan.LEAST_WORK, 4096));
    assertThat(settings.training().maxTokens()).isEqualTo(8192);
    assertThat(settings.training().objective().softWeight()).isEqualTo(0.9);
    assertThat(settings.training().objective().temperature()).isEqualTo(1);
    assertThat(settings.training().optimizer().schedule())
        .isEqualTo(LearningRateSchedule.constant(1e-3, 100));
    assertThat(settings.training().computeType()).isEqualTo(ComputeChoice.AUTO);
    assertThat(settings.training().device()).isEqualTo("auto");
    assertThat(settings.training().threads()).isZero();
    assertThat(settings.evaluation().everySteps()).isEqualTo(100);
    assertThat(settings.evaluation().windows()).isEqualTo(32);
    assertThat(settings.evaluation().domains()).isEmpty();
    assertThat(settings.evaluation().maxDomains()).isEqualTo(8);
    assertThat(settings.evaluation().longestWait()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.checkpoint().everySteps()).isEqualTo(100);
    assertThat(settings.checkpoint().transactionTimeout()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void whatDecidesTheResultIsInTheIdentityAndNothingElse() {
    Map<String, String> identity = settings(Map.of()).identity();

    assertThat(identity)
        .containsKeys(
            "train.seed",
            "train.step-records",
            "train.turn-records",
            "train.micro-batch-tokens",
            "train.max-tokens",
            "loss.soft-weight",
            "loss.temperature",
            "optimizer.learning-rate",
            "optimizer.warmup-steps",
            "optimizer.beta1",
            "optimizer.beta2",
            "optimizer.epsilon",
            "optimizer.weight-decay",
            "optimizer.clip-norm")
        .hasSize(14);
    assertThat(
            settings(
                    Map.of(
                        "train.max-steps", "7",
                        "checkpoint.every-steps", "3",
                        "evaluation.windows", "0",
                        "ingest.buffer-records", "1"))
                .identity())
        .isEqualTo(identity);
    assertThat(settings(Map.of("train.seed", "2")).identity()).isNotEqualTo(identity);
  }

  @Test
  void aDecayIsPartOfTheIdentityWhereThereIsOne() {
    TrainerSettings settings =
        settings(
            Map.of(
                "optimizer.decay", "cosine",
                "optimizer.stable-steps", "50",
                "optimizer.decay-steps", "200",
                "optimizer.final-share", "0",
                "optimizer.restart", "true"));

    assertThat(settings.training().optimizer().schedule().decay())
        .contains(new Decay(DecayShape.COSINE, 50, 200, 0, true));
    assertThat(settings.identity())
        .containsEntry("optimizer.decay", "COSINE")
        .containsEntry("optimizer.decay-steps", "200")
        .hasSize(19);
  }

  @Test
  void aDecayWithoutStepsAndStepsWithoutADecayAreRefused() {
    assertThatThrownBy(() -> settings(Map.of("optimizer.decay", "linear")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("optimizer.decay is LINEAR, and optimizer.decay-steps is 0");
    assertThatThrownBy(() -> settings(Map.of("optimizer.decay-steps", "9")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("optimizer.decay-steps is 9, and optimizer.decay is none");
  }

  @Test
  void aLossIsReadBackFromTheIdentityThatItIsPartOf() {
    TrainerSettings settings =
        settings(
            Map.of(
                "loss.soft", "forward-kl:2, jensen-shannon(0.1):1",
                "loss.soft-weight", "1",
                "loss.final-soft", "total-variation",
                "loss.final-soft-weight", "0.7",
                "loss.change-after-steps", "100",
                "loss.change-steps", "50"));

    assertThat(settings.training().objective())
        .isEqualTo(
            new ObjectiveSettings(
                1,
                1,
                SoftMix.parse("forward-kl:2,jensen-shannon(0.1):1"),
                Optional.of(new ObjectiveChange(0.7, SoftMix.parse("total-variation"), 100, 50))));
    assertThat(settings.identity()).hasSize(19);
    assertThat(settings(settings.identity()).training().objective())
        .isEqualTo(settings.training().objective());
  }

  @Test
  void adaptersAreTrainedWhereARankIsGiven() {
    assertThat(settings(Map.of("student.lora.alpha", "8")).training().lowRank()).isEmpty();
    assertThat(settings(Map.of("student.lora.alpha", "8")).identity())
        .isEqualTo(settings(Map.of()).identity());
    TrainerSettings settings = settings(Map.of("student.lora.rank", "4"));

    assertThat(settings.training().lowRank())
        .contains(
            new LowRank(
                4,
                16,
                List.of(
                    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
                false));
    assertThat(settings.training().adapter()).isEmpty();
    assertThat(settings.identity())
        .containsEntry("student.lora.rank", "4")
        .containsEntry("student.lora.alpha", "16.0")
        .containsEntry(
            "student.lora.targets", "down_proj,gate_proj,k_proj,o_proj,q_proj,up_proj,v_proj")
        .doesNotContainKey("student.lora.rslora");
    assertThatThrownBy(
            () -> settings(Map.of("student.lora.rank", "4", "student.lora.targets", "q_proj,*")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.lora.targets: the adapters' targets have '*'");
  }

  @Test
  void averagesArePartOfTheIdentityWhereTheyAreKept() {
    TrainerSettings settings = settings(Map.of("averages.decay", "0.99"));

    assertThat(settings.training().optimizer().averages().decay()).isEqualTo(0.99);
    assertThat(settings.identity()).containsEntry("averages.decay", "0.99").hasSize(15);
  }

  @Test
  void frozenWeightsAndRecomputedLayersAreReadBackFromTheIdentity() {
    TrainerSettings settings =
        settings(
            Map.of("train.frozen", "model.layers.0.*, *norm*", "train.recompute-layers", "true"));

    assertThat(settings.training().recomputeLayers()).isTrue();
    assertThat(settings.training().optimizer().freezing().patterns())
        .containsExactly("model.layers.0.*", "*norm*");
    assertThat(settings.identity()).hasSize(16);
    assertThat(settings(settings.identity()).training()).isEqualTo(settings.training());
  }

  @Test
  void aLossThatIsNoneIsRefusedByName() {
    assertThatThrownBy(() -> settings(Map.of("loss.soft", "backward-kl")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("loss.soft: 'backward-kl' is no divergence")
        .hasMessageContaining("jensen-shannon(NUMBER)");
    assertThatThrownBy(() -> settings(Map.of("loss.final-soft", "reverse-kl")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("loss.change-steps");
    assertThatThrownBy(() -> settings(Map.of("loss.change-steps", "5")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("loss.final-soft-weight");
    assertThatThrownBy(
            () -> settings(Map.of("loss.change-steps", "5", "loss.final-soft-weight", "2")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("loss.final-soft-weight is '2', expected a number from 0 to 1");
  }

  @Test
  void skipsAndTeachersAreReadFromLists() {
    TrainerSettings settings =
        settings(Map.of("train.skip", "3@1200, 0@7", "student.teachers", "a@1,b@2"));

    assertThat(settings.ingest().skips())
        .isEqualTo(List.of(new SkippedRecord(3, 1200), new SkippedRecord(0, 7)));
    assertThat(settings.ingest().teachers().names()).containsExactly("a@1", "b@2");
  }

  @Test
  void placesBesideACheckpointThatHasSomeAreRefused() {
    assertThatThrownBy(
            () -> settings(Map.of("train.from-checkpoint", "first/3", "train.from", "0@12")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("train.from-checkpoint is first/3")
        .hasMessageContaining("train.from is 0@12: leave one out");
  }

  @Test
  void aShareThatIsNoRecordIsRefused() {
    assertThatThrownBy(() -> settings(Map.of("rehearsal.share", "0.1", "train.step-records", "4")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("rehearsal.share is 0.1")
        .hasMessageContaining("4 records");
    assertThat(settings(Map.of()).identity()).doesNotContainKey("rehearsal.share");
    assertThat(settings(Map.of("rehearsal.share", "0.25")).identity())
        .containsEntry("rehearsal.share", "0.25")
        .containsEntry("rehearsal.draw", "uniform");
  }

  @Test
  void malformedListsAreRefusedByName() {
    assertThatThrownBy(() -> settings(Map.of("train.skip", "12")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("train.skip has '12'");
    assertThatThrownBy(() -> settings(Map.of("student.teachers", "name-without-revision")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.teachers");
  }

  private static TrainerSettings settings(Map<String, String> overrides) {
    Map<String, String> values = new HashMap<>(overrides);
    values.put("student.model", "model");
    return TrainerSettings.from(
        Configuration.load(TrainerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }
}
