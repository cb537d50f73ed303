package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenWeightsTest {
  @TempDir private Path directory;

  @Test
  void aRunWithFrozenWeightsAndRecomputedLayersIsProven() throws Exception {
    TestPipeline pipeline = new TestPipeline();
    TrainerFixture trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(16);
    }
    assertThatThrownBy(() -> trainers.with("train.frozen", "no.such.weight").train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("train.frozen: 'no.such.weight' fits no weight");

    trainers
        .with("train.frozen", "model.layers.0.*,model.norm.weight")
        .with("train.recompute-layers", "true")
        .train("run");

    assertThat(trainers.newest("run").getStep()).isEqualTo(4);
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(
              CheckpointId.of(trainers.newest("run")), Optional.of(new CheckpointId("run", 0)));
      assertThat(verification.where()).isEmpty();
      assertThat(verification.answer()).isEqualTo(Verification.Answer.PROVEN);
    }
  }
}
