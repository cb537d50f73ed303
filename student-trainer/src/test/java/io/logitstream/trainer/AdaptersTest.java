package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that train adapters beside weights that stand still. */
class AdaptersTest {
  @TempDir private Path directory;
  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers =
        new TrainerFixture(pipeline, TinyModel.writeWithWeights(directory.resolve("model")))
            .with("student.lora.rank", "2")
            .with("student.lora.targets", "q_proj,down_proj");
  }

  private void teach() throws Exception {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(28);
    }
  }

  @Test
  void aRunThatWasStoppedGivesTheBytesOfAnUndisturbedOneAndIsProven() throws Exception {
    teach();
    trainers.with("averages.decay", "0.9");
    trainers.train("undisturbed");
    trainers.with("train.max-steps", "4").train("disturbed");
    trainers.with("train.max-steps", "0").train("disturbed");

    CheckpointManifest undisturbed = trainers.newest("undisturbed");
    CheckpointManifest disturbed = trainers.newest("disturbed");
    assertThat(disturbed.getStep()).isEqualTo(7).isEqualTo(undisturbed.getStep());
    for (String name : List.of("adapter", "moments", "averages", "adapter_config.json", "base")) {
      assertThat(sha256(disturbed, name)).as(name).isEqualTo(sha256(undisturbed, name));
    }
    CheckpointManifest first = trainers.manifests("disturbed").get(0);
    assertThat(sha256(disturbed, "adapter")).isNotEqualTo(sha256(first, "adapter"));
    assertThat(LearnedWeights.find(disturbed, LearnedWeights.WEIGHTS)).isEmpty();
    assertThat(trainers.manifests("disturbed"))
        .as("the weights that stand still are uploaded once, whichever start wrote the manifest")
        .extracting(manifest -> artifact(manifest, "base"))
        .containsOnly(artifact(first, "base"));
    assertThat(first.getIncarnation()).isNotEqualTo(disturbed.getIncarnation());
    proven(new CheckpointId("disturbed", 0), Optional.empty());
    proven(CheckpointId.of(disturbed), Optional.of(new CheckpointId("disturbed", 0)));

    trainers.with("train.from-checkpoint", "disturbed/1").train("replayed");
    assertThat(sha256(trainers.newest("replayed"), "adapter"))
        .isEqualTo(sha256(undisturbed, "adapter"));
    proven(new CheckpointId("replayed", 0), Optional.empty());
    assertThatThrownBy(() -> trainers.with("student.lora.rank", "0").train("of-weights"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "disturbed/1 holds adapters, and by the settings weights are trained");
    assertThatThrownBy(() -> trainers.with("student.lora.rank", "3").train("of-another-rank"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("checkpoint disturbed/1 has the adapters LowRank[rank=2");
  }

  private void proven(CheckpointId id, Optional<CheckpointId> from) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification = verifier.verify(id, from);
      assertThat(verification.where()).isEmpty();
      assertThat(verification.answer()).isEqualTo(Verification.Answer.PROVEN);
    }
  }

  @Test
  void aRunBeginsWithTheAdaptersOfADirectoryAndGoesOnWithNoOthers() throws Exception {
    teach();
    ModelDirectory model = ModelDirectory.open(directory.resolve("model"));
    ModelConfig adapted = model.config().with(new LowRank(3, 2.5, List.of("v_proj"), true));
    Weights weights = AdaptedWeights.initialise(adapted, model.weights(), 5);
    Path adapter = directory.resolve("adapter");
    AdapterDirectory.write(adapter, adapted, weights, TensorType.F32, Optional.empty());
    assertThatThrownBy(() -> trainers.with("student.adapter", adapter.toString()).train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.lora.rank is 2, and student.adapter is");

    trainers.with("student.lora.rank", "0").with("train.max-steps", "2").train("run");

    CheckpointManifest first = trainers.manifests("run").get(0);
    assertThat(first.getInitialStudentSha256()).isEqualTo(weights.sha256());
    assertThat(first.getConfiguration())
        .containsEntry("student.lora.rank", "3")
        .containsEntry("student.lora.alpha", "2.5")
        .containsEntry("student.lora.targets", "v_proj")
        .containsEntry("student.lora.rslora", "true");
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      assertThat(reader.read(first, "adapter")).isEqualTo(weights.learnedBytes());
      assertThat(reader.read(first, "base")).isEqualTo(model.weights().toBytes());
    }
    proven(CheckpointId.of(trainers.newest("run")), Optional.empty());
    AdapterDirectory.write(
        adapter,
        adapted,
        AdaptedWeights.initialise(adapted, model.weights(), 6),
        TensorType.F32,
        Optional.empty());
    assertThatThrownBy(() -> trainers.with("train.max-steps", "3").train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("run run was started with " + weights.sha256());
  }

  @Test
  void whatCannotBeAdaptedIsRefusedBeforeAnythingIsRead() {
    assertThatThrownBy(() -> trainers.with("student.lora.targets", "c_attn").train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.lora.targets: the adapters' targets have 'c_attn'")
        .hasMessageContaining("self_attn.q_proj");
    assertThatThrownBy(
            () ->
                new TrainerFixture(pipeline, TinyModel.write(directory.resolve("untrained")))
                    .with("student.lora.rank", "2")
                    .train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("has no weights that they could be beside");
    assertThatThrownBy(() -> trainers.with("optimizer.kind", "muon").train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("optimizer.kind is muon, and adapters are trained");
    assertThatThrownBy(
            () ->
                trainers
                    .with("student.lora.rank", "0")
                    .with("student.adapter", directory.toString())
                    .train("run"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("student.adapter cannot be used")
        .hasMessageContaining("it has no adapter_config.json");
  }

  private static Artifact artifact(CheckpointManifest manifest, String name) {
    return LearnedWeights.find(manifest, name).orElseThrow();
  }

  private static String sha256(CheckpointManifest manifest, String name) {
    return artifact(manifest, name).getSha256();
  }
}
