package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AveragesTest {
  @TempDir private Path directory;
  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("averages.decay", "0.9");
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(28);
    }
  }

  @Test
  @Tag("long")
  void averagesAreThoseOfAnUndisturbedRunAndProven() throws Exception {
    trainers.train("undisturbed");
    trainers.with("train.max-steps", "4").train("disturbed");
    trainers.with("train.max-steps", "0").train("disturbed");

    CheckpointManifest undisturbed = trainers.newest("undisturbed");
    CheckpointManifest disturbed = trainers.newest("disturbed");
    assertThat(disturbed.getStep()).isEqualTo(7).isEqualTo(undisturbed.getStep());
    assertThat(averages(disturbed)).isEqualTo(averages(undisturbed));
    assertThat(averages(disturbed)).isNotEqualTo(TrainerFixture.weightsSha256(disturbed));
    CheckpointManifest first = trainers.manifests("disturbed").get(0);
    assertThat(averages(first)).isEqualTo(TrainerFixture.weightsSha256(first));
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification beginning = verifier.verify(new CheckpointId("disturbed", 0), Optional.empty());
      Verification whole =
          verifier.verify(
              CheckpointId.of(disturbed), Optional.of(new CheckpointId("disturbed", 0)));
      assertThat(beginning.where() + whole.where()).isEmpty();
      assertThat(beginning.answer()).isEqualTo(Verification.Answer.PROVEN);
      assertThat(whole.answer()).isEqualTo(Verification.Answer.PROVEN);
      assertThat(whole.artifacts()).containsEntry("averages", averages(disturbed));
    }
  }

  @Test
  void aRunKeepsAveragesToItsEndOrHasNone() throws Exception {
    trainers.with("train.max-steps", "2").train("run");

    assertThatThrownBy(() -> trainers.with("averages.decay", "0").train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("averages.decay");
  }

  private static String averages(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .filter(artifact -> artifact.getName().equals("averages"))
        .map(Artifact::getSha256)
        .findFirst()
        .orElseThrow();
  }
}
